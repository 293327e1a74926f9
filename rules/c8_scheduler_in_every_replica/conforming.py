from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import FastAPI
from sqlalchemy import text

from app.crawling import queue_due_crawls
from app.database import SessionFactory


async def crawl_due_sites() -> None:
    async with SessionFactory.begin() as db:
        if not await db.scalar(text("SELECT pg_try_advisory_xact_lock(4711)")):
            return
        await queue_due_crawls(db)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    scheduler = AsyncIOScheduler()
    scheduler.add_job(crawl_due_sites, "interval", minutes=15)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()
