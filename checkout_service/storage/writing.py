"""Write a planned settlement: statement by statement, or on PostgreSQL all in one.

One data-modifying statement is one round trip instead of six; it writes nothing at all unless
the order is still at the version it was read at.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, bindparam, insert, text, update

from checkout_service.domain.errors import StaleOrder
from checkout_service.domain.ledger import RaisedHold

from .direct import Direct
from .settlements import Writing
from .tables import (
    attempts,
    disputes,
    fulfilments,
    holds,
    inbox_events,
    orders,
    outbox_messages,
    refunds,
    transitions,
)
from .upsert import insert_once, upsert

_ORDER = (
    "status", "fulfilled", "amount_paid", "amount_refunded", "holds", "has_more", "sequence",
    "moves", "look_due_at", "look_tries", "canceled_at",
)  # fmt: skip
_ATTEMPT = {
    "state": "text", "won": "boolean", "session_id": "text", "intent_id": "text",
    "amount": "bigint", "amount_discount": "bigint", "amount_tax": "bigint",
    "amount_shipping": "bigint", "stripe_status": "text", "payment_status": "text", "url": "text",
    "expires_at": "bigint", "customer_email": "text", "subscription_id": "text",
    "recovery_url": "text",
}  # fmt: skip
_EVENT = (
    "id", "type", "state", "source", "api_version", "livemode", "order_id", "intent_id", "body",
    "tries", "created", "received_at", "applied_at",
)  # fmt: skip
_TYPES = {
    "fulfilled": "boolean", "has_more": "boolean", "status": "text", "holds": "text",
    "livemode": "boolean", "body": "bytea", "tries": "integer", "created": "bigint",
    "received_at": "bigint", "applied_at": "bigint", "sequence": "integer", "moves": "integer",
    "look_tries": "integer", "amount_paid": "bigint", "amount_refunded": "bigint",
    "look_due_at": "bigint", "canceled_at": "bigint",
}  # fmt: skip


def _typed(name: str, prefix: str = "") -> str:
    return f"CAST(:{prefix}{name} AS {_TYPES.get(name, 'text')})"


_AT_ONCE_TEXT = f"""
WITH moved AS (
  UPDATE orders SET {", ".join(f"{name} = {_typed(name)}" for name in _ORDER)},
    version = version + 1, updated_at = :now
  WHERE id = :order_id AND version = :version RETURNING id
), received AS (
  INSERT INTO inbox_events ({", ".join(_EVENT)})
  SELECT {", ".join(_typed(name, "event_") for name in _EVENT)} FROM moved
  WHERE CAST(:event_id AS text) IS NOT NULL ON CONFLICT DO NOTHING
), tried AS (
  UPDATE attempts AS a SET {", ".join(f"{name} = t.{name}" for name in _ATTEMPT)}
  FROM moved, jsonb_to_recordset(CAST(:attempts AS jsonb))
    AS t(id text, {", ".join(f"{name} {kind}" for name, kind in _ATTEMPT.items())})
  WHERE a.id = t.id AND a.order_id = :order_id -- by its index, whatever the planner guesses
), given AS (
  INSERT INTO fulfilments (order_id, fulfilled_at) SELECT id, :now FROM moved
  WHERE CAST(:fulfils AS boolean) ON CONFLICT DO NOTHING
), trail AS (
  INSERT INTO transitions (order_id, seq, before, after, source, reason, event_id, at)
  SELECT t.order_id, t.seq, t.before, t.after, t.source, t.reason, t.event_id, t.at
  FROM moved, jsonb_to_recordset(CAST(:transitions AS jsonb))
    AS t(order_id text, seq integer, before text, after text, source text, reason text,
         event_id text, at bigint)
), told AS (
  INSERT INTO outbox_messages
    (id, order_id, kind, about, sequence, body, state, tries, created_at, next_at)
  SELECT t.id, t.order_id, t.kind, t.about, t.sequence, t.body, t.state, t.tries, t.created_at,
    t.next_at
  FROM moved, jsonb_to_recordset(CAST(:messages AS jsonb))
    AS t(id text, order_id text, kind text, about text, sequence integer, body text, state text,
         tries integer, created_at bigint, next_at bigint)
  ON CONFLICT DO NOTHING
)
SELECT count(*) FROM moved
"""  # noqa: S608 - built from the column names above alone

_AT_ONCE = Direct({"postgresql": text(_AT_ONCE_TEXT)})

_UPDATE_ORDER = update(orders).where(
    orders.c.id == bindparam("b_id"), orders.c.version == bindparam("b_version")
)
_UPDATE_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("b_id"))


def write(connection: Connection, writing: Writing) -> None:
    """Write it all. Raises StaleOrder when the order was settled since it was read."""
    if connection.dialect.name == "postgresql":
        _write_seldom(connection, writing)
        ((written,),) = _AT_ONCE.rows(connection, _parameters(writing))
    else:
        written = _write_one_by_one(connection, writing)
    if written != 1:
        raise StaleOrder(writing.order_id)


def _parameters(writing: Writing) -> dict[str, Any]:
    event = writing.event or {}
    return {
        **writing.order,
        **{f"event_{name}": event.get(name) for name in _EVENT},
        "order_id": writing.order_id,
        "version": writing.version,
        "now": writing.now,
        "fulfils": writing.fulfils,
        "attempts": json.dumps(writing.attempts),
        "transitions": json.dumps(writing.transitions),
        "messages": json.dumps(writing.messages),
    }


def _write_one_by_one(connection: Connection, writing: Writing) -> int:
    values = writing.order | {"version": writing.version + 1, "updated_at": writing.now}
    result = connection.execute(
        _UPDATE_ORDER.values(values), {"b_id": writing.order_id, "b_version": writing.version}
    )
    if result.rowcount != 1:
        return 0
    _write_seldom(connection, writing)
    if writing.event is not None:
        insert_once(connection, inbox_events, writing.event)
    for row in writing.attempts:
        values = {name: row[name] for name in _ATTEMPT}
        connection.execute(_UPDATE_ATTEMPT.values(values), {"b_id": row["id"]})
    if writing.fulfils:
        given = {"order_id": writing.order_id, "fulfilled_at": writing.now}
        insert_once(connection, fulfilments, given)
    if writing.transitions:
        connection.execute(insert(transitions), writing.transitions)
    for message in writing.messages:
        insert_once(connection, outbox_messages, message)
    return 1


def _write_seldom(connection: Connection, writing: Writing) -> None:
    """Write what most settlements have none of."""
    if writing.freed_intents:
        freed = attempts.c.id.in_(writing.freed_intents)
        connection.execute(update(attempts).where(freed).values(intent_id=None))
    for row in writing.new_attempts:
        connection.execute(insert(attempts).values(row))
    for row in writing.new_holds:
        insert_once(connection, holds, row)
    for hold in writing.released_holds:
        _release(connection, writing, hold)
    for row in writing.refunds:
        upsert(connection, refunds, row, ["id"])
    for row in writing.disputes:
        upsert(connection, disputes, row, ["id"])


def _release(connection: Connection, writing: Writing, hold: RaisedHold) -> None:
    connection.execute(
        update(holds)
        .where(
            holds.c.order_id == writing.order_id,
            holds.c.name == hold.name.value,
            holds.c.attempt_id == hold.attempt_id,
        )
        .values(released_at=writing.now)
    )
