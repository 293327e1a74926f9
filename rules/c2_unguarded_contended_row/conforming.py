from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import current_app
from app.database import get_db
from app.models import App, LedgerEntry, Order

router = APIRouter(prefix="/apps/{app_id}/orders")


@router.post("/{order_id}/refund", status_code=204)
async def refund(
    order_id: int,
    app: App = Depends(current_app),
    db: AsyncSession = Depends(get_db),
) -> None:
    order = await db.scalar(
        select(Order).where(Order.id == order_id, Order.app_id == app.id).with_for_update()
    )
    if order is None:
        raise HTTPException(404, "no such order")
    if order.status != "paid":
        raise HTTPException(409, "only a paid order can be refunded")
    order.status = "refunded"
    db.add(LedgerEntry(app_id=app.id, order_id=order.id, amount=-order.amount))
    await db.commit()
