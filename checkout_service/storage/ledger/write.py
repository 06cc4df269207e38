"""Write a planned settlement: statement by statement, or on PostgreSQL all in one.

One data-modifying statement is one round trip instead of six; it writes nothing at all unless
the order is still at the version it was read at. A look requested meanwhile stays requested.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, bindparam, case, insert, text, update

from checkout_service.domain.order.ledger import Ledger, RaisedHold
from checkout_service.storage.bell import note_message
from checkout_service.storage.orders import replace_line_rows
from checkout_service.storage.prepared import Prepared, given
from checkout_service.storage.tables import (
    attempts,
    disputes,
    fraud_warnings,
    fulfilments,
    holds,
    inbox_events,
    orders,
    outbox_messages,
    refunds,
    transitions,
)
from checkout_service.storage.tables.machinery import UNCLAIMED
from checkout_service.storage.upsert import insert_once, upsert

from .attempt_rows import CHANGING
from .diff import Row, Writing

_ORDER = (
    "status", *Ledger.DERIVED, "holds", "has_more", "sequence", "moves", "canceled_at",
)  # fmt: skip
_ATTEMPT = CHANGING
_EVENT = (
    "id", "type", "state", "source", "api_version", "livemode", "order_id", "intent_id", "body",
    "tries", "created", "received_at", "applied_at",
)  # fmt: skip
_MESSAGE = (
    "id", "order_id", "kind", "about", "sequence", "body", "state", "wish", "tries", "created_at",
    "next_at",
)  # fmt: skip
_TRAIL = ("seq", "before", "after", "source", "reason", "event_id", "at")
_PLACES = ("first_", "second_")  # what moves an order, and its fulfilment


def _set(table: Table, prefix: str, names: Iterable[str]) -> str:
    return ", ".join(f"{name} = {given(table.c[name], prefix)}" for name in names)


def _insert_one(table: Table, prefix: str, names: Iterable[str]) -> str:
    """Insert one row, or none when its id is null, or when that id is there already."""
    values = ", ".join(given(table.c[name], prefix) for name in names)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM moved"  # noqa: S608
        f" WHERE CAST(:{prefix}id AS text) IS NOT NULL ON CONFLICT (id) DO NOTHING"
    )


def _trail_row(place: str) -> str:
    return f"({', '.join(given(transitions.c[name], place) for name in _TRAIL)})"


# Settlements have one event, attempt and message and two lines of the trail at most, but for a few:
# those are parameters, because the database takes them in more cheaply than JSON.
_ALL_IN_ONE = f"""
WITH moved AS (
  UPDATE orders SET {_set(orders, "", _ORDER)}, version = version + 1, updated_at = :now,
    look_due_at = CASE WHEN look_wishes = :look_requests THEN CAST(:look_due_at AS bigint)
      ELSE look_due_at END,
    look_tries = :look_tries, look_wishes = look_wishes + :look_requested
  WHERE id = :order_id AND version = :version
    AND NOT EXISTS (SELECT FROM inbox_events
      WHERE intent_id = CAST(:unknown_intent AS text) AND {UNCLAIMED})
  RETURNING id
), received AS (
  {_insert_one(inbox_events, "event_", _EVENT)}
), tried AS (
  UPDATE attempts SET {_set(attempts, "attempt_", _ATTEMPT)} FROM moved
  WHERE attempts.id = CAST(:attempt_id AS text)
), given AS (
  INSERT INTO fulfilments (order_id, fulfilled_at) SELECT id, :now FROM moved
  WHERE CAST(:fulfils AS boolean) ON CONFLICT DO NOTHING
), trail AS (
  INSERT INTO transitions (order_id, {", ".join(_TRAIL)})
  SELECT moved.id, t.* FROM moved, (VALUES {", ".join(map(_trail_row, _PLACES))})
    AS t({", ".join(_TRAIL)})
  WHERE t.seq IS NOT NULL
), notified AS (
  {_insert_one(outbox_messages, "message_", _MESSAGE)}
)
SELECT count(*) FROM moved
"""  # noqa: S608 - built from the column names above alone
_AT_ONCE = Prepared({"postgresql": text(_ALL_IN_ONE)}, writes=True)
_NOTHING: Row = {}

_UPDATE_ORDER = (
    update(orders)
    .where(orders.c.id == bindparam("b_id"), orders.c.version == bindparam("b_version"))
    .values(
        look_due_at=case(
            (
                orders.c.look_wishes == bindparam("b_requests"),
                bindparam("b_due_at", type_=BigInteger),
            ),
            else_=orders.c.look_due_at,
        ),
        look_wishes=orders.c.look_wishes + bindparam("b_requested"),
    )
)
_UPDATE_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("b_id"))


def write(connection: Connection, writing: Writing) -> bool:
    """Write it all; False, to be rolled back, if the order was settled since it was read."""
    if connection.dialect.name == "postgresql":
        _write_seldom(connection, writing)
        _write_attempts(connection, writing.attempts[1:])
        _write_messages(connection, writing.messages[1:])
        if len(writing.transitions) > len(_PLACES):
            connection.execute(insert(transitions), writing.transitions[len(_PLACES) :])
        ((written,),) = _AT_ONCE.rows(connection, _parameters(writing))
    else:
        written = _write_one_by_one(connection, writing)
    if writing.messages:
        note_message(connection)
    return bool(written == 1)


def _parameters(writing: Writing) -> dict[str, Any]:
    event = writing.event or _NOTHING
    attempt = writing.attempts[0] if writing.attempts else _NOTHING
    message = writing.messages[0] if writing.messages else _NOTHING
    trail = zip(_PLACES, (*writing.transitions, _NOTHING, _NOTHING), strict=False)
    return {
        **writing.order,
        **{f"event_{name}": event.get(name) for name in _EVENT},
        **{f"attempt_{name}": attempt.get(name) for name in ("id", *_ATTEMPT)},
        **{f"message_{name}": message.get(name) for name in _MESSAGE},
        "order_id": writing.order_id,
        "version": writing.version,
        "look_due_at": writing.look.due_at,
        "look_tries": writing.look.tries,
        "look_requests": writing.look.requests,
        "look_requested": int(writing.look.requested),
        "unknown_intent": writing.intent_id,
        "now": writing.now,
        "fulfils": writing.fulfils,
        **{f"{place}{name}": row.get(name) for place, row in trail for name in _TRAIL},
    }


def _write_one_by_one(connection: Connection, writing: Writing) -> int:
    look = writing.look
    values = writing.order | {"version": writing.version + 1, "updated_at": writing.now}
    result = connection.execute(
        _UPDATE_ORDER.values(values | {"look_tries": look.tries}),
        {
            "b_id": writing.order_id,
            "b_version": writing.version,
            "b_due_at": look.due_at,
            "b_requests": look.requests,
            "b_requested": int(look.requested),
        },
    )
    if result.rowcount != 1:
        return 0
    _write_seldom(connection, writing)
    if writing.event is not None:
        insert_once(connection, inbox_events, writing.event)
    _write_attempts(connection, writing.attempts)
    if writing.fulfils:
        given = {"order_id": writing.order_id, "fulfilled_at": writing.now}
        insert_once(connection, fulfilments, given)
    if writing.transitions:
        connection.execute(insert(transitions), writing.transitions)
    _write_messages(connection, writing.messages)
    return 1


def _write_attempts(connection: Connection, rows: Iterable[Row]) -> None:
    for row in rows:
        values = {name: row[name] for name in _ATTEMPT}
        connection.execute(_UPDATE_ATTEMPT.values(values), {"b_id": row["id"]})


def _write_messages(connection: Connection, rows: Iterable[Row]) -> None:
    for row in rows:
        insert_once(connection, outbox_messages, row)


def _write_seldom(connection: Connection, writing: Writing) -> None:
    """Write what most settlements have none of."""
    if writing.freed_intents:
        freed = attempts.c.id.in_(writing.freed_intents)
        connection.execute(update(attempts).where(freed).values(intent_id=None))
    if writing.lines:
        replace_line_rows(connection, writing.order_id, writing.lines)
        costs = {"amount_total": writing.amount_total}
        connection.execute(update(orders).where(orders.c.id == writing.order_id).values(costs))
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
    for row in writing.warnings:
        upsert(connection, fraud_warnings, row, ["id"])


def _release(connection: Connection, writing: Writing, hold: RaisedHold) -> None:
    connection.execute(
        update(holds)
        .where(
            holds.c.order_id == writing.order_id,
            holds.c.name == hold.name.value,
            holds.c.attempt_id == hold.attempt_id,
        )
        .values(released_at=writing.now, released_by=writing.released_by)
    )
