from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import current_app
from app.database import get_db
from app.models import App, UsageRecord

router = APIRouter(prefix="/apps/{app_id}")


@router.post("/usage", status_code=204)
async def record_request(
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> None:
    usage = await db.scalar(select(UsageRecord).where(UsageRecord.app_id == app.id))
    if usage.request_count >= app.request_limit:
        raise HTTPException(429, "request quota used up", headers={"Retry-After": "3600"})
    usage.request_count += 1
    await db.commit()
