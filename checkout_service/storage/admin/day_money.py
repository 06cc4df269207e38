"""What came and went within a stretch of time, in Stripe's way of counting.

A refund counts on the day it was made even if it failed later: Stripe books its return by itself.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from checkout_service.storage.tables import disputes, orders, refunds, transitions
from checkout_service.storage.tables.orders import CAME_IN

_o, _r, _d, _t = orders.c, refunds.c, disputes.c, transitions.c
_CHUNK = 500

Row = tuple[str, str, int, int]
"""Kind, currency, what it comes to (minor units, below zero it went away), how many."""


def of_day(connection: Connection, *, begins: int, ends: int) -> list[Row]:
    came = (
        select(_o.currency, func.sum(_o.amount_paid), func.count())
        .join_from(transitions, orders, _o.id == _t.order_id)
        .where(_t.at >= begins, _t.at < ends, CAME_IN)
        .group_by(_o.currency)
    )
    refunded = (
        select(_r.currency, -func.sum(_r.amount), func.count())
        .where(_r.created_at >= begins, _r.created_at < ends, _r.booked)
        .group_by(_r.currency)
    )
    taken = (
        select(_d.currency, -func.sum(_d.amount), func.count())
        .where(_d.created_at >= begins, _d.created_at < ends)
        .where(~_d.status.like("warning_%"), _d.status != "prevented")
        .group_by(_d.currency)
    )
    kinds = {"payments": came, "refunds": refunded, "disputes": taken}
    return [
        (kind, currency, int(amount), count)
        for kind, statement in kinds.items()
        for currency, amount, count in connection.execute(statement)
    ]


def orders_of(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Return the orders of those of these refunds and disputes that are here."""
    asked, found = sorted(names), dict[str, str]()
    for begin in range(0, len(asked), _CHUNK):
        some = asked[begin : begin + _CHUNK]
        for table in (refunds, disputes):
            mine = select(table.c.id, table.c.order_id).where(table.c.id.in_(some))
            found |= {row.id: row.order_id for row in connection.execute(mine)}
    return found
