import subprocess
import time

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import settings
from app.models import Document


class DocumentService:
    def __init__(self, db: Session) -> None:
        self.db = db

    def find(self, app_id: int, document_id: int) -> Document | None:
        statement = select(Document).where(Document.id == document_id, Document.app_id == app_id)
        return self.db.scalars(statement).one_or_none()

    def refresh(self, document: Document) -> None:
        document.text = pdf_text(download(document.path))
        self.db.commit()


def download(path: str) -> bytes:
    for attempt in range(3):
        response = requests.get(f"{settings.sharepoint_url}/{path}", timeout=10)
        if response.status_code != 503:
            response.raise_for_status()
            return response.content
        time.sleep(2**attempt)
    raise RuntimeError(f"{path} is not available")


def pdf_text(content: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    done = subprocess.run(command, input=content, capture_output=True, timeout=20, check=True)
    return done.stdout.decode()


def title(document: Document) -> str:
    return document.text.split("\n", 1)[0][:80]
