"""What PostgreSQL must know to plan well stands in the statement: its plans are for any value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event

from checkout_service.domain.views.order_filter import NEWEST, OrderFilter
from checkout_service.storage import order_list
from checkout_service.storage.admin import figures, order_keys, order_scan
from checkout_service.storage.database import Database

MIDNIGHTS = (1_790_000_000_123, 1_790_086_400_123)
SOLD = OrderFilter(prices=("poster-usd",))


@pytest.mark.parametrize(
    ("asks", "known"),
    [
        (lambda c: order_list.page(c, SOLD, before=None, limit=26), f"LIMIT {NEWEST}"),
        (lambda c: order_list.page(c, SOLD, before=None, limit=26), "LIMIT 26"),
        (lambda c: order_scan.by_name(c, "Ann"), f"LIMIT {order_scan.NEWEST}"),
        (lambda c: order_scan.by_object(c, "cus_1"), f"LIMIT {order_scan.NEWEST}"),
        (lambda c: order_keys.by_amount(c, "25.00", limit=50), "LIMIT 50"),
        (lambda c: figures.orders_by_day(c, MIDNIGHTS), f">= {MIDNIGHTS[0]}"),
        (lambda c: figures.payments_by_day(c, MIDNIGHTS), f">= {MIDNIGHTS[0]}"),
    ],
)
def test_a_bound_is_said_and_no_parameter(
    database: Database, asks: Callable[[Connection], object], known: str
) -> None:
    heard: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: heard.append(str(told[2])))

    with database.read() as connection:
        asks(connection)

    assert any(known in " ".join(statement.split()) for statement in heard), heard
