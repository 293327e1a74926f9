import logging

from fastapi import APIRouter, Depends

from chat.schemas import MessageIn
from utils.auth import CurrentApp, get_current_app

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/sessions")

history: dict[str, dict[str, str]] = {}


@router.put("/{session_id}/messages/{message_id}")
async def write_message(
    session_id: str,
    message_id: str,
    message: MessageIn,
    app: CurrentApp = Depends(get_current_app),
) -> None:
    key = f"history:{app.app_id}:{session_id}"
    history.setdefault(key, {})[message_id] = message.text
    logger.info("message kept", extra={"session_id": session_id})


@router.get("/{session_id}/messages")
async def read_messages(
    session_id: str,
    app: CurrentApp = Depends(get_current_app),
) -> dict[str, str]:
    key = f"history:{app.app_id}:{session_id}"
    return history.get(key, {})
