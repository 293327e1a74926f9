import asyncio
import logging

from fastapi import APIRouter, Depends
from langchain_openai import ChatOpenAI

from agents.crawl import CrawlJob, crawl
from agents.models import fallback_model
from agents.schemas import TitleIn, TitleOut
from utils.auth import CurrentApp, get_current_app
from utils.config import settings

logger = logging.getLogger(__name__)
router = APIRouter()


async def work(queue: asyncio.Queue[CrawlJob]) -> None:
    while True:
        job = await queue.get()
        logger.info("crawl begins", extra={"job_id": job.id})
        try:
            await crawl(job)
        except Exception:
            logger.exception("crawl failed", extra={"job_id": job.id})


@router.post("/titles", response_model=TitleOut)
async def title(body: TitleIn, app: CurrentApp = Depends(get_current_app)) -> TitleOut:
    model = ChatOpenAI(model=settings.title_model, timeout=10, max_tokens=50, api_key=app.openai_api_key)
    reply = await model.with_fallbacks([fallback_model]).ainvoke(body.text)
    return TitleOut(title=reply.text)
