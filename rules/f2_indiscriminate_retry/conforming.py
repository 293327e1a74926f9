import httpx
import tenacity
from langchain_core.runnables import RunnableLambda

from utils.config import settings

client = httpx.AsyncClient(base_url=settings.document_store_url, timeout=10)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(httpx.TransportError),
    wait=tenacity.wait_random_exponential(max=10),
    stop=tenacity.stop_after_attempt(4),
    reraise=True,
)
async def load_document(path: str) -> bytes:
    answer = await client.get(path)
    answer.raise_for_status()
    return answer.content


async def load_outline(path: str) -> dict:
    answer = await client.get("/outlines", params={"path": path})
    answer.raise_for_status()
    return answer.json()


outline = RunnableLambda(load_outline).with_retry(retry_if_exception_type=(httpx.TransportError,))
