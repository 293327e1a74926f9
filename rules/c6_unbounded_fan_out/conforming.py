import asyncio

from fastapi import APIRouter, Depends
from langchain_openai import OpenAIEmbeddings
from pydantic import BaseModel

from app.auth import current_app
from app.models import App
from app.vectors import store_vector

router = APIRouter(prefix="/apps/{app_id}")
embeddings = OpenAIEmbeddings(model="text-embedding-3-small", timeout=20)
slots = asyncio.Semaphore(8)


class Passages(BaseModel):
    texts: list[str]


async def index(text: str, app: App) -> None:
    async with slots:
        vector = await embeddings.aembed_query(text)
        await store_vector(app, text, vector)


@router.put("/passages")
async def put_passages(body: Passages, app: App = Depends(current_app)) -> dict[str, list[int]]:
    results = await asyncio.gather(
        *(index(text, app) for text in body.texts), return_exceptions=True
    )
    return {"failed": [at for at, result in enumerate(results) if isinstance(result, Exception)]}
