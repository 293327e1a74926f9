import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from app.billing import Invoice
from app.config import settings

http = httpx.AsyncClient(base_url=settings.billing_url, timeout=10)


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=8),
    reraise=True,
)
async def create_invoice(invoice: Invoice) -> str:
    response = await http.post(
        "/invoices",
        json={"customer": invoice.customer, "cents": invoice.cents},
    )
    response.raise_for_status()
    return response.json()["number"]
