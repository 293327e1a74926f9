from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chat.routes import router
from utils.database import get_db

app = FastAPI(title="Agents")
app.add_middleware(CorrelationIdMiddleware)
app.include_router(router)


@app.get("/health/ready")
async def ready(db: AsyncSession = Depends(get_db)) -> dict[str, bool]:
    await db.execute(text("SELECT 1"))
    return {"ready": True}
