from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All configuration of the service, checked when it is imported."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    chat_model: str = "gpt-5-mini"
    silo_url: HttpUrl
    openai_api_key: SecretStr
    database_url: SecretStr
    signing_secret: SecretStr = Field(min_length=32)


settings = Settings()
