from pydantic import HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All configuration of the service, checked when it is imported."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    chat_model: str = "gpt-5-mini"
    silo_url: HttpUrl
    openai_api_key: SecretStr
    database_url: str = "postgresql+asyncpg://agents:harbour-tulip-42@db:5432/agents"
    signing_secret: str = "seven-quiet-otters-swim-at-night"


settings = Settings()
