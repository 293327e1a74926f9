import logging
from dataclasses import dataclass, field

from crawl.fetch import fetch_page
from silos.index import IndexingError, add_page, add_text
from silos.models import SiloFile

logger = logging.getLogger(__name__)


@dataclass
class Report:
    indexed: int = 0
    failed: list[str] = field(default_factory=list)


async def index_files(app_id: int, silo_id: int, files: list[SiloFile]) -> Report:
    report = Report()
    for file in files:
        try:
            await add_text(app_id, silo_id, file)
        except IndexingError:
            continue
        report.indexed += 1
    return report


async def index_pages(app_id: int, silo_id: int, urls: list[str]) -> Report:
    report = Report()
    for url in urls:
        await add_page(app_id, silo_id, await fetch_page(url))
        report.indexed += 1
    return report
