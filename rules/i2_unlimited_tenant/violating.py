import logging

from fastapi import APIRouter, Depends, HTTPException, UploadFile
from redis.asyncio import Redis
from redis.exceptions import RedisError

from silos.service import store_document
from utils.auth import CurrentApp, get_current_app
from utils.cache import get_redis

logger = logging.getLogger(__name__)


async def enforce_rate_limit(
    app: CurrentApp = Depends(get_current_app),
    redis: Redis = Depends(get_redis),
) -> None:
    try:
        used = await redis.incr(f"rate:{app.app_id}")
        await redis.expire(f"rate:{app.app_id}", 60, nx=True)
    except RedisError:
        logger.exception("the rate limit could not be read")
        return
    if used > app.agent_rate_limit:
        raise HTTPException(429, "too many requests", headers={"Retry-After": "60"})


router = APIRouter(prefix="/documents", dependencies=[Depends(enforce_rate_limit)])


@router.put("/{name}")
async def upload(name: str, file: UploadFile, app: CurrentApp = Depends(get_current_app)) -> dict[str, int]:
    content = await file.read()
    await store_document(app_id=app.app_id, name=name, content=content)
    return {"size": len(content)}
