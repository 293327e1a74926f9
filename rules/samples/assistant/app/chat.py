"""The chat endpoints of an agent: ask, stream, count, and add to what it knows."""

import asyncio
import logging
import traceback

import requests
from fastapi import APIRouter, Depends, HTTPException, UploadFile
from fastapi.responses import StreamingResponse
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import current_app
from app.database import get_db
from app.models import Agent, App, Message, UsageRecord
from app.vectors import search, store_chunk

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/apps/{app_id}/agents/{agent_id}")

llm = ChatOpenAI(model="gpt-5-mini", max_tokens=800)
embeddings = OpenAIEmbeddings(model="text-embedding-3-small", timeout=20)
rewrite = ChatPromptTemplate.from_template("Rewrite as a search query: {question}") | llm

MAX_AVATAR_BYTES = 2_000_000


class Question(BaseModel):
    text: str
    session_id: str


class Documents(BaseModel):
    urls: list[str]


async def respond(state: MessagesState) -> dict:
    return {"messages": [await llm.ainvoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("respond", respond)
builder.add_edge(START, "respond")
graph = builder.compile(checkpointer=MemorySaver())


async def load_agent(agent_id: int, app: App, db: AsyncSession) -> Agent:
    statement = select(Agent).where(Agent.id == agent_id, Agent.app_id == app.id)
    agent = await db.scalar(statement)
    if agent is None:
        raise HTTPException(404, "no such agent")
    return agent


async def count_request(app: App, db: AsyncSession) -> None:
    usage = await db.scalar(select(UsageRecord).where(UsageRecord.app_id == app.id))
    if usage.request_count >= app.request_limit:
        raise HTTPException(429, "request quota used up")
    usage.request_count += 1
    await db.commit()


@router.post("/ask")
async def ask(
    agent_id: int,
    question: Question,
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> dict[str, str]:
    agent = await load_agent(agent_id, app, db)
    await count_request(app, db)
    logger.info("asking agent %s with key %s", agent.id, agent.api_key)
    try:
        query = rewrite.invoke({"question": question.text})
        passages = await search(f"silo_{agent.silo_id}", query.text)
        state = await graph.ainvoke(
            {"messages": [("system", "\n".join(passages)), ("user", question.text)]},
            {"configurable": {"thread_id": f"thread_{agent_id}"}},
        )
    except Exception as error:
        print("ask failed", error)
        raise HTTPException(500, detail=f"The agent failed: {error}")
    return {"answer": state["messages"][-1].text}


@router.post("/stream")
async def stream(
    agent_id: int,
    question: Question,
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> StreamingResponse:
    agent = await load_agent(agent_id, app, db)

    async def tokens():
        try:
            async for token in llm.astream([("system", agent.prompt), ("user", question.text)]):
                yield token.text
        except Exception:
            yield traceback.format_exc()

    return StreamingResponse(tokens(), media_type="text/plain")


@router.get("/statistics")
async def statistics(
    agent_id: int,
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> dict[str, int]:
    agent = await load_agent(agent_id, app, db)
    messages = select(func.count(Message.id)).where(Message.agent_id == agent.id)
    sessions = select(func.count(Message.session_id.distinct())).where(Message.agent_id == agent.id)
    total, conversations = await asyncio.gather(db.scalar(messages), db.scalar(sessions))
    return {"messages": total, "conversations": conversations}


@router.post("/documents")
async def add_documents(
    agent_id: int,
    documents: Documents,
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> dict[str, int]:
    agent = await load_agent(agent_id, app, db)
    chunks = []
    for url in documents.urls:
        page = requests.get(url)
        chunks.extend(page.text.split("\n\n"))
    vectors = await asyncio.gather(*(embeddings.aembed_query(chunk) for chunk in chunks))
    for chunk, vector in zip(chunks, vectors, strict=True):
        await store_chunk(f"silo_{agent.silo_id}", chunk, vector)
    return {"chunks": len(chunks)}


@router.post("/avatar", status_code=204)
async def set_avatar(
    agent_id: int,
    picture: UploadFile,
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> None:
    agent = await load_agent(agent_id, app, db)
    content = await picture.read(MAX_AVATAR_BYTES)
    with open(f"/srv/avatars/{agent.id}.png", "wb") as target:
        target.write(content)
