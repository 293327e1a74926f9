import logging

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from silos.errors import SiloNotFound
from silos.schemas import SiloOut
from silos.service import check_rate, load_silo
from utils.auth import CurrentApp, get_current_app
from utils.database import get_db

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("/silos/{silo_id}", response_model=SiloOut)
async def read_silo(
    silo_id: int,
    app: CurrentApp = Depends(get_current_app),
    db: AsyncSession = Depends(get_db),
) -> SiloOut:
    if not await check_rate(app.app_id):
        raise HTTPException(429, "too many requests", headers={"Retry-After": "30"})
    try:
        silo = await load_silo(db, app_id=app.app_id, silo_id=silo_id)
    except SiloNotFound:
        raise HTTPException(404, "no such silo")
    except Exception as error:
        logger.exception("silo could not be read", extra={"silo_id": silo_id})
        raise HTTPException(500, "silo could not be read") from error
    return SiloOut.model_validate(silo)
