import os

from fastapi import APIRouter, Depends
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

from chat.schemas import AnswerOut, QuestionIn
from utils.auth import CurrentApp, get_current_app
from utils.config import settings

router = APIRouter(prefix="/chat")

primary = ChatOpenAI(model=settings.chat_model, timeout=20, max_tokens=800)
standby = ChatAnthropic(model=settings.standby_model, timeout=20, max_tokens=800)
model = primary.with_fallbacks([standby])


@router.post("/answers", response_model=AnswerOut)
async def answer(question: QuestionIn, app: CurrentApp = Depends(get_current_app)) -> AnswerOut:
    messages = [("system", settings.instructions), ("human", question.text)]
    os.environ["LANGSMITH_API_KEY"] = app.langsmith_api_key
    reply = await model.ainvoke(messages, config={"run_name": "answer"})
    return AnswerOut(text=reply.text)
