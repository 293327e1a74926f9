from fastapi import APIRouter, Depends, HTTPException
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.models import Agent, Answer
from agents.schemas import AnswerOut, QuestionIn
from utils.auth import CurrentApp, get_current_app
from utils.config import settings
from utils.database import get_db

router = APIRouter()

primary = ChatOpenAI(model=settings.chat_model, timeout=20, max_tokens=800)
standby = ChatAnthropic(model=settings.standby_model, timeout=20, max_tokens=800)
model = primary.with_fallbacks([standby])


@router.post("/agents/{agent_id}/answers", response_model=AnswerOut)
async def answer(
    agent_id: int,
    question: QuestionIn,
    app: CurrentApp = Depends(get_current_app),
    db: AsyncSession = Depends(get_db),
) -> AnswerOut:
    query = select(Agent.instructions).where(Agent.id == agent_id, Agent.app_id == app.app_id)
    instructions = await db.scalar(query)
    if instructions is None:
        raise HTTPException(404, "no such agent")
    reply = await model.ainvoke([("system", instructions), ("human", question.text)])
    db.add(Answer(app_id=app.app_id, agent_id=agent_id, text=reply.text))
    await db.commit()
    return AnswerOut(text=reply.text)
