from fastapi import APIRouter, Depends, HTTPException
from qdrant_client import AsyncQdrantClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from silos.models import Document
from silos.schemas import DocumentOut
from utils.auth import CurrentApp, get_current_app
from utils.database import get_db
from utils.vectors import get_qdrant

router = APIRouter(prefix="/documents")


@router.get("/{document_id}/similar", response_model=list[DocumentOut])
async def similar(
    document_id: int,
    app: CurrentApp = Depends(get_current_app),
    db: AsyncSession = Depends(get_db),
    qdrant: AsyncQdrantClient = Depends(get_qdrant),
) -> list[DocumentOut]:
    query = select(Document).where(Document.id == document_id, Document.app_id == app.app_id)
    document = await db.scalar(query)
    if document is None:
        raise HTTPException(404, "no such document")
    collection = f"silo_{document.silo_id}"
    await db.commit()
    found = await qdrant.query_points(collection, query=document_id, limit=5)
    return [DocumentOut.model_validate(point.payload) for point in found.points]
