"""Orders that are held: the ones that wait longest first."""

from __future__ import annotations

from sqlalchemy import Connection, select

from checkout_service.domain.views.orders import OrderView
from checkout_service.storage.order_views import views_of
from checkout_service.storage.tables import orders
from checkout_service.storage.tables.orders import HELD


def held_orders(connection: Connection, *, limit: int) -> list[OrderView]:
    oldest = select(orders).where(HELD).order_by(orders.c.created_at, orders.c.id).limit(limit)
    return views_of(connection, connection.execute(oldest).all())
