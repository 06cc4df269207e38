"""Read many orders' ledgers in one statement, locked against others or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import partial

from sqlalchemy import Connection, or_, select

from checkout_service.domain.frozen import frozen
from checkout_service.storage.for_each import ForEach
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
    rows = FOR_SESSIONS.rows_of(connection, [(a.session, a.event, a.intent) for a in asked])
    return [loaded_of(connection, of_one) if of_one else None for of_one in rows]


FOR_SESSIONS = ForEach(
    partial(of_session, LOAD["postgresql"]), {"session": "text", "event": "text", "intent": "text"}
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
