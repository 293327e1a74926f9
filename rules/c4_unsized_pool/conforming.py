from collections.abc import AsyncIterator

import httpx
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.config import settings

engine = create_async_engine(
    settings.database_url,
    pool_size=20,
    max_overflow=10,
    pool_timeout=5,
    pool_pre_ping=True,
    connect_args={"server_settings": {"statement_timeout": "15000"}, "command_timeout": 20},
)
SessionFactory = async_sessionmaker(engine, expire_on_commit=False)

sharepoint = httpx.AsyncClient(
    base_url=settings.sharepoint_url,
    timeout=httpx.Timeout(10, pool=2),
    limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with SessionFactory() as db:
        yield db


async def close_pools() -> None:
    await sharepoint.aclose()
    await engine.dispose()
