import logging

from fastapi import APIRouter, Depends
from redis.asyncio import Redis

from chat.schemas import MessageIn
from utils.auth import CurrentApp, get_current_app
from utils.cache import get_redis

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/sessions")


@router.put("/{session_id}/messages/{message_id}")
async def write_message(
    session_id: str,
    message_id: str,
    message: MessageIn,
    app: CurrentApp = Depends(get_current_app),
    redis: Redis = Depends(get_redis),
) -> None:
    key = f"history:{app.app_id}:{session_id}"
    await redis.hset(key, message_id, message.text)
    await redis.expire(key, 86_400)
    logger.info("message kept", extra={"session_id": session_id})


@router.get("/{session_id}/messages")
async def read_messages(
    session_id: str,
    app: CurrentApp = Depends(get_current_app),
    redis: Redis = Depends(get_redis),
) -> dict[str, str]:
    key = f"history:{app.app_id}:{session_id}"
    return await redis.hgetall(key)
