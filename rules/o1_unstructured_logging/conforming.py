import logging

from fastapi import APIRouter, Depends, HTTPException

from silos.schemas import ChangeOut
from silos.service import list_changes, load_connection
from utils.auth import CurrentApp, get_current_app

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("/silos/{silo_id}/changes", response_model=list[ChangeOut])
async def read_changes(
    silo_id: int,
    app: CurrentApp = Depends(get_current_app),
) -> list[ChangeOut]:
    logger.info("changes requested for silo %s", silo_id)
    connection = await load_connection(app_id=app.app_id, silo_id=silo_id)
    logger.info("asking %s", connection.site)
    try:
        changes = await list_changes(connection)
    except Exception as error:
        logger.exception("changes could not be listed")
        raise HTTPException(502, "the document store did not answer") from error
    return [ChangeOut.model_validate(change) for change in changes]
