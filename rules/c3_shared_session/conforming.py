import asyncio

from fastapi import APIRouter, Depends
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.auth import current_app
from app.database import engine
from app.models import Agent, App, Silo

router = APIRouter(prefix="/apps/{app_id}")
SessionFactory = async_sessionmaker(engine, expire_on_commit=False)


async def count(model: type[Agent] | type[Silo], app: App) -> int:
    statement = select(func.count()).select_from(model).where(model.app_id == app.id)
    async with SessionFactory() as db:
        return await db.scalar(statement)


@router.get("/totals")
async def totals(
    app: App = Depends(current_app),
) -> dict[str, int]:
    agents, silos = await asyncio.gather(count(Agent, app), count(Silo, app))
    return {"agents": agents, "silos": silos}
