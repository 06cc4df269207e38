"""Counts for a monitor that asks every few seconds: each from an index, over a bounded window."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, func, literal_column, select, text

from checkout_service.domain.schedule import AT_ONCE

from .kept_messages import is_kept
from .tables import inbox_events, orders, outbox_messages
from .tables.machinery import UNDELIVERED
from .tables.orders import HELD

_o, _e, _m = orders.c, inbox_events.c, outbox_messages.c


def recent_orders(connection: Connection, *, since: int, most: int) -> dict[str, int]:
    """Count the newest orders by status."""
    newest = (
        select(_o.status)
        .where(_o.created_at >= since)
        .order_by(_o.created_at.desc(), _o.id.desc())
        .limit(_written(most))
        .subquery()
    )
    rows = connection.execute(select(newest.c.status, func.count()).group_by(newest.c.status))
    return {status: count for status, count in rows}  # noqa: C416 - rows are no tuples to mypy


def newest_order(connection: Connection, *, status: str | None = None) -> int | None:
    """Tell when the newest order, or the newest of a status, was made."""
    statement = select(_o.created_at).order_by(_o.created_at.desc(), _o.id.desc())
    if status is not None:
        statement = statement.where(_o.status == status)
    return connection.execute(statement.limit(_written(1))).scalar()


def held_orders(connection: Connection, *, most: int) -> dict[str, int]:
    """Count the newest held orders by hold."""
    found = connection.execute(
        select(_o.holds)
        .where(HELD)
        .order_by(_o.created_at.desc(), _o.id.desc())
        .limit(_written(most))
    )
    return dict(Counter(hold for row in found.scalars() for hold in row.split(",")))


def overdue_looks(connection: Connection, *, before: int, most: int) -> int:
    """Count the orders whose planned look at Stripe fell due before a moment."""
    overdue = _o.look_due_at > AT_ONCE, _o.look_due_at < before
    due = select(_o.id).where(*overdue).limit(_written(most)).subquery()
    return int(connection.execute(select(func.count()).select_from(due)).scalar_one())


def recent_events(connection: Connection, *, since: int, most: int) -> dict[tuple[str, str], int]:
    """Count the newest events by source and state."""
    newest = (
        select(_e.source, _e.state)
        .where(_e.received_at >= since)
        .order_by(_e.received_at.desc())
        .limit(_written(most))
        .subquery()
    )
    groups = (newest.c.source, newest.c.state)
    rows = connection.execute(select(*groups, func.count()).group_by(*groups))
    return {(source, state): count for source, state, count in rows}


def recent_declines(connection: Connection, *, since: int, most: int) -> int:
    """Count the cards declined among the newest events."""
    newest = (
        select(_e.type)
        .where(_e.received_at >= since)
        .order_by(_e.received_at.desc())
        .limit(_written(most))
        .subquery()
    )
    declined = select(func.count()).where(newest.c.type == "payment_intent.payment_failed")
    return int(connection.execute(declined).scalar_one())


def oldest_due_message(connection: Connection) -> int | None:
    """Tell when the oldest message was made that is still to be sent."""
    return connection.execute(
        select(_m.created_at)
        .where(text("state = 'due'"), UNDELIVERED, ~is_kept())
        .order_by(_m.created_at, _m.id)
        .limit(_written(1))
    ).scalar()


def _written(number: int) -> Any:
    """Write a limit into the statement: a generic plan must know that it is small."""
    return literal_column(str(int(number)))
