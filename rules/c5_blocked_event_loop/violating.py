import subprocess

import httpx
from fastapi import APIRouter, Depends
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

from app.auth import current_app
from app.config import settings
from app.models import App

router = APIRouter(prefix="/apps/{app_id}")
sharepoint = httpx.Client(base_url=settings.sharepoint_url, timeout=10)
llm = ChatOpenAI(model="gpt-5-mini", timeout=30, max_tokens=800).with_fallbacks(
    [ChatAnthropic(model="claude-sonnet-4-5", timeout=30, max_tokens=800)]
)


@router.post("/documents/{document}/summary")
async def summarize(document: str, app: App = Depends(current_app)) -> dict[str, str]:
    response = sharepoint.get(f"/{app.id}/{document}.pdf")
    response.raise_for_status()
    command = ["pdftotext", "-", "-"]
    parsed = subprocess.run(
        command, input=response.content, capture_output=True, timeout=20
    )
    prompt = [("system", "Summarize the document."), ("user", parsed.stdout.decode())]
    summary = llm.invoke(prompt)
    return {"summary": summary.text}
