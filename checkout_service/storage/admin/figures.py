"""Numbers about many rows, each from an index and a bounded window; none counts a whole table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, exists, func, select, text

from checkout_service.domain.clock import DAY
from checkout_service.domain.views.events import EventView
from checkout_service.storage import event_views
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import (
    figures,
    inbox_events,
    orders,
    outbox_messages,
    refunds,
    renewals,
)
from checkout_service.storage.tables.machinery import STUCK, UNDELIVERED
from checkout_service.storage.upsert import upsert

_o, _r, _e, _m = orders.c, refunds.c, inbox_events.c, outbox_messages.c
_HELD = text("holds <> ''")
# What a subscription brings after its order is counted nowhere, so what goes back of it neither.
_OF_RENEWALS = exists().where(
    renewals.c.intent_id == _r.intent_id, renewals.c.order_id.is_not(None)
)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day's orders of one currency and status; day 0 is the window's first. Minor units."""

    day: int
    currency: str
    status: str
    orders: int
    paid: int


def orders_by_day(connection: Connection, *, since: int) -> list[DayRow]:
    """Group the orders opened since a midnight (milliseconds UTC)."""
    day = ((_o.created_at - since) // DAY).label("day")
    rows = connection.execute(
        select(day, _o.currency, _o.status, func.count(), func.sum(_o.amount_paid))
        .where(_o.created_at >= since)
        .group_by(text("1"), _o.currency, _o.status)
    )
    return [DayRow(int(at), name, status, n, int(paid)) for at, name, status, n, paid in rows]


def refunds_by_day(connection: Connection, *, since: int) -> list[tuple[int, str, int]]:
    """Group the refunds made since a midnight that came through: day, currency, amount."""
    day = ((_r.created_at - since) // DAY).label("day")
    rows = connection.execute(
        select(day, _r.currency, func.sum(_r.amount))
        .where(_r.created_at >= since, _r.status == "succeeded", ~_OF_RENEWALS)
        .group_by(text("1"), _r.currency)
    )
    return [(int(at), currency, int(amount)) for at, currency, amount in rows]


def kept(connection: Connection, name: str) -> AnyRow | None:
    return connection.execute(select(figures).where(figures.c.name == name)).one_or_none()


def keep(connection: Connection, name: str, body: str, *, at: int, fresh_until: int) -> None:
    row = {"name": name, "body": body, "at": at, "fresh_until": fresh_until}
    upsert(connection, figures, row, ["name"])


def stuck(connection: Connection, *, most: int) -> list[tuple[str, str | None]]:
    """List state and error of the latest events that did not go through."""
    statement = (
        select(_e.state, _e.last_error).where(STUCK).order_by(_e.received_at.desc()).limit(most)
    )
    return [(state, error) for state, error in connection.execute(statement)]


def count_held(connection: Connection, *, most: int) -> int:
    return _count(connection, select(_o.id).where(_HELD).limit(most))


def undelivered(connection: Connection, state: str, *, most: int) -> int:
    wanted = (
        text("state = 'due' AND (next_at IS NOT NULL OR wish = 'shared')")
        if state == "due"
        else text("state = 'dead'")
    )
    return _count(connection, select(_m.id).where(wanted, UNDELIVERED).limit(most))


def latest_events(connection: Connection, *, most: int) -> Sequence[EventView]:
    return event_views.events(connection, state=None, order_id=None, before=None, limit=most)


def _count(connection: Connection, found: Select[tuple[str]]) -> int:
    return int(connection.execute(select(func.count()).select_from(found.subquery())).scalar_one())


def migration(connection: Connection) -> str:
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found)
