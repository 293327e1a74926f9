import logging

import httpx
from fastapi import APIRouter, Query
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

from utils.config import settings

logger = logging.getLogger(__name__)
router = APIRouter()

silos = httpx.AsyncClient(base_url=settings.silo_url, timeout=10)
primary = ChatOpenAI(model=settings.chat_model, max_tokens=800, timeout=30)
standby = ChatAnthropic(model=settings.standby_model, max_tokens=800, timeout=30)
model = primary.with_fallbacks([standby])


@router.get("/answers")
async def answer(question: str = Query(max_length=2000)) -> dict[str, str]:
    try:
        found = await silos.get("/search", params={"q": question})
        found.raise_for_status()
        context = found.text
    except httpx.HTTPError:
        logger.warning("silo search failed, answering without it", exc_info=True)
        context = ""
    reply = await model.ainvoke([("system", context), ("human", question)])
    return {"answer": reply.text}
