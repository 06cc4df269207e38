"""Numbers about many rows, each from an index and a bounded window; none counts a whole table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select, text

from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.events import EventView
from checkout_service.storage import event_views
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.said import said
from checkout_service.storage.tables import (
    disputes,
    figures,
    inbox_events,
    orders,
    outbox_messages,
    refunds,
    renewals,
    transitions,
)
from checkout_service.storage.tables.machinery import STUCK, UNDELIVERED
from checkout_service.storage.tables.orders import CAME_IN, HELD
from checkout_service.storage.upsert import upsert

from .days import day_of

_o, _r, _d, _t = orders.c, refunds.c, disputes.c, transitions.c
_e, _m = inbox_events.c, outbox_messages.c
# What a subscription brings after its order is counted nowhere, so what goes back of it neither.
_OF_RENEWALS, _OF_RENEWALS_TOO = (
    exists().where(renewals.c.intent_id == c.intent_id, renewals.c.order_id.is_not(None))
    for c in (_r, _d)
)


# Not taken from anybody: what the bank merely asks about, and what was decided for the shop.
_NOT_TAKEN = _d.status.like("warning_%") | _d.status.in_(("won", "prevented"))


@frozen
class DayRow:
    """One day's orders of one currency and status; day 0 is the window's first."""

    day: int
    currency: str
    status: str
    orders: int


@frozen
class DayMoney:
    """One day's money of one currency (minor units), and how many payments or refunds it was."""

    day: int
    currency: str
    amount: int
    count: int


def orders_by_day(connection: Connection, midnights: Sequence[int]) -> list[DayRow]:
    """Group the orders by the day they were opened."""
    rows = connection.execute(
        select(day_of(_o.created_at, midnights), _o.currency, _o.status, func.count())
        .where(_o.created_at >= said(midnights[0]))
        .group_by(text("1"), _o.currency, _o.status)
    )
    return [DayRow(int(day), *rest) for day, *rest in rows]


def payments_by_day(connection: Connection, midnights: Sequence[int]) -> list[DayMoney]:
    """Group what was paid for orders by the day the money came."""
    return _by_day(
        connection,
        select(day_of(_t.at, midnights), _o.currency, func.sum(_o.amount_paid), func.count())
        .join_from(transitions, orders, _o.id == _t.order_id)
        .where(_t.at >= said(midnights[0]), CAME_IN)
        .group_by(text("1"), _o.currency),
    )


def refunds_by_day(connection: Connection, midnights: Sequence[int]) -> list[DayMoney]:
    """Group the refunds that came through by the day they were made."""
    return _by_day(
        connection,
        select(day_of(_r.created_at, midnights), _r.currency, func.sum(_r.amount), func.count())
        .where(_r.created_at >= said(midnights[0]), _r.status == "succeeded", ~_OF_RENEWALS)
        .group_by(text("1"), _r.currency),
    )


def disputes_by_day(connection: Connection, midnights: Sequence[int]) -> list[DayMoney]:
    """Group what banks took, for now or for good, by the day they asked."""
    return _by_day(
        connection,
        select(day_of(_d.created_at, midnights), _d.currency, func.sum(_d.amount), func.count())
        .where(_d.created_at >= said(midnights[0]), ~_NOT_TAKEN, ~_OF_RENEWALS_TOO)
        .group_by(text("1"), _d.currency),
    )


def _by_day(connection: Connection, statement: Select[Any]) -> list[DayMoney]:
    rows = connection.execute(statement)
    return [DayMoney(int(day), name, int(amount), count) for day, name, amount, count in rows]


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
    return _count(connection, select(_o.id).where(HELD).limit(most))


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
