import asyncio

from fastapi import APIRouter, Depends
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import current_app
from app.database import get_db
from app.models import Agent, App, Silo

router = APIRouter(prefix="/apps/{app_id}")


async def count(model: type[Agent] | type[Silo], app: App, db: AsyncSession) -> int:
    statement = select(func.count()).select_from(model).where(model.app_id == app.id)
    return await db.scalar(statement)


@router.get("/totals")
async def totals(
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> dict[str, int]:
    agents, silos = await asyncio.gather(count(Agent, app, db), count(Silo, app, db))
    return {"agents": agents, "silos": silos}
