import logging

from fastapi import APIRouter, Depends, Query
from langchain_anthropic import ChatAnthropic
from langchain_core.retrievers import BaseRetriever
from langchain_openai import ChatOpenAI

from silos.retrieval import get_retriever
from utils.config import settings

logger = logging.getLogger(__name__)
router = APIRouter()

primary = ChatOpenAI(model=settings.chat_model, timeout=20, max_tokens=800)
standby = ChatAnthropic(model=settings.standby_model, timeout=20, max_tokens=800)
model = primary.with_fallbacks([standby])


@router.get("/chat/answer")
async def answer(
    question: str = Query(max_length=2000),
    retriever: BaseRetriever = Depends(get_retriever),
) -> dict[str, str]:
    try:
        passages = await retriever.ainvoke(question)
    except Exception:
        logger.exception("retrieval failed, answering without it")
        passages = []
    context = "\n\n".join(passage.page_content for passage in passages)
    logger.info("answering from %d passages", len(passages))
    reply = await model.ainvoke([("system", context), ("human", question)])
    return {"answer": reply.text}
