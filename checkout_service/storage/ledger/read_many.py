"""Read many orders' ledgers in one statement, locked against others or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, literal_column, or_, select
from sqlalchemy.dialects import postgresql

from checkout_service.domain.frozen import frozen
from checkout_service.storage.prepared import ForMany
from checkout_service.storage.rows import AnyRow
from checkout_service.storage.tables import attempts, inbox_events, orders
from checkout_service.storage.tables.machinery import UNCLAIMED

from .read import LOAD, Loaded, load_of_session, loaded_of, of_session

_a = attempts.c


@frozen
class Asked:
    """An event that is there, told of by the ids of its session, itself and its intent."""

    session: str
    event: str
    intent: str | None


def load_of_sessions(connection: Connection, asked: Sequence[Asked]) -> list[Loaded | None]:
    """Read the orders of sessions as `load_of_session` does, on PostgreSQL in one statement."""
    if len(asked) == 1 or connection.dialect.name != "postgresql":
        return [
            load_of_session(connection, a.session, event_id=a.event, intent_id=a.intent)
            for a in asked
        ]
    given = [(at, a.session, a.event, a.intent) for at, a in enumerate(asked)]
    rows = defaultdict[int, list[AnyRow]](list)
    for row in _FOR_SESSIONS.rows_of(connection, given):
        rows[row.place].append(row)
    return [loaded_of(connection, rows[at]) if at in rows else None for at in range(len(asked))]


_ASKED = ("place", "session", "event", "intent")
_ONE: Any = of_session(
    LOAD["postgresql"], *(literal_column(f"asked.{name}") for name in _ASKED[1:])
)


def _for_sessions(rows: Sequence[Sequence[str]]) -> str:
    """Ask for each session by itself, so that each is found by key however many there are."""
    given = ", ".join(f"({', '.join(row)})" for row in rows)
    one = _ONE.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    return (
        f"SELECT * FROM (VALUES {given}) AS asked({', '.join(_ASKED)}),"  # noqa: S608
        f" LATERAL ({one}) AS found"
    )


_FOR_SESSIONS = ForMany(
    _for_sessions, ("integer", "text", "text", "text"), (*_ASKED, *_ONE.selected_columns.keys())
)


def load_ledgers(connection: Connection, order_ids: Collection[str]) -> dict[str, Loaded]:
    """Read these orders whole, as far as there are such.

    They are locked in the order of their ids, so that two who lock many wait for each other once.
    """
    ours = orders.c.id.in_(sorted(order_ids))
    connection.execute(select(orders.c.id).where(ours).order_by(orders.c.id).with_for_update())
    rows = defaultdict[str, list[AnyRow]](list)
    for row in connection.execute(LOAD[connection.dialect.name].where(ours)):
        rows[row.order_id].append(row)
    return {order_id: loaded_of(connection, of_one) for order_id, of_one in rows.items()}


def orders_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Name the orders that know these sessions and intents, by the latter's ids."""
    known, asked = or_(_a.session_id.in_(ids), _a.intent_id.in_(ids)), set(ids)
    found = connection.execute(select(_a.session_id, _a.intent_id, _a.order_id).where(known))
    return {name: order_id for *names, order_id in found for name in names if name in asked}


def intents_with_more(connection: Connection, intent_ids: Collection[str]) -> set[str]:
    """Tell which of these payments an order knows, or events wait for somebody to know."""
    if not intent_ids:
        return set()
    named = select(_a.intent_id).where(_a.intent_id.in_(intent_ids))
    e = inbox_events.c
    waiting = select(e.intent_id).where(UNCLAIMED, e.intent_id.in_(intent_ids))
    return set(connection.execute(named.union(waiting)).scalars())
