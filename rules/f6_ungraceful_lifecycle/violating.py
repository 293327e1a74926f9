import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from utils.config import settings
from utils.database import engine

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:
        logger.exception("the database does not answer")
    app.state.documents = httpx.AsyncClient(base_url=settings.document_store_url, timeout=10)
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/health/ready")
async def ready() -> dict[str, bool]:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    return {"ready": True}
