import asyncio

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import current_app
from app.database import get_db
from app.models import App, Document
from app.services.documents import DocumentService, download, pdf_text, title

router = APIRouter(prefix="/apps/{app_id}/documents")


@router.get("")
def list_documents(app: App = Depends(current_app), db: Session = Depends(get_db)) -> list[str]:
    statement = select(Document).where(Document.app_id == app.id).limit(100)
    return [title(document) for document in db.scalars(statement)]


@router.post("/{document_id}/refresh", status_code=204)
async def refresh_document(
    document_id: int,
    app: App = Depends(current_app),
    db: Session = Depends(get_db),
) -> None:
    service = DocumentService(db)
    document = service.find(app.id, document_id)
    if document is None:
        raise HTTPException(404, "no such document")
    service.refresh(document)


@router.get("/preview")
async def preview(path: str, app: App = Depends(current_app)) -> dict[str, str]:
    content = download(f"{app.id}/{path}")
    text = await asyncio.to_thread(pdf_text, content)
    return {"text": text[:2000]}


@router.delete("/{document_id}", status_code=204)
async def delete_document(
    document_id: int,
    app: App = Depends(current_app),
    db=Depends(get_db),
) -> None:
    document = DocumentService(db).find(app.id, document_id)
    if document is not None:
        db.delete(document)
        db.commit()
