from fastapi import APIRouter, Depends
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import START, MessagesState, StateGraph

from app.checkpoints import get_saver
from app.models import ChatSession
from app.schemas import Answer, Message
from app.sessions import current_session

router = APIRouter(prefix="/apps/{app_id}/agents/{agent_id}/sessions/{session_id}")
llm = ChatOpenAI(model="gpt-5-mini", timeout=30, max_tokens=800).with_fallbacks(
    [ChatAnthropic(model="claude-sonnet-4-5", timeout=30, max_tokens=800)]
)


async def answer(state: MessagesState) -> dict:
    return {"messages": [await llm.ainvoke(state["messages"])]}


builder = StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer")


@router.post("/messages")
async def post_message(
    message: Message,
    session: ChatSession = Depends(current_session),
    saver: AsyncPostgresSaver = Depends(get_saver),
) -> Answer:
    graph = builder.compile(checkpointer=saver)
    thread_id = f"thread_{session.agent_id}"
    config = {"configurable": {"thread_id": thread_id}}
    state = await graph.ainvoke({"messages": [("user", message.text)]}, config)
    return Answer(text=state["messages"][-1].text)
