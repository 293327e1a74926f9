from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_db

router = APIRouter(prefix="/health")


@router.get("/live")
async def live() -> dict[str, bool]:
    return {"live": True}


@router.get("/ready")
async def ready(db: AsyncSession = Depends(get_db)) -> dict[str, bool]:
    return {"ready": True}
