"""Everyday settlements as one data-modifying statement of PostgreSQL, for one order or for several.

Each order is written whole if it is still at the version it was read at, and not at all otherwise.
What tells nobody, as when a session was opened, does not name the tables of those who are told: to
open a table with its indexes costs the database as much as to write a row.
Several are written together only as far as nobody else is at work on them: a group waits for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table

from checkout_service.domain.order.ledger import Ledger
from checkout_service.storage.prepared import ForMany, types_of
from checkout_service.storage.tables import (
    attempts,
    inbox_events,
    orders,
    outbox_messages,
    transitions,
)
from checkout_service.storage.tables.machinery import UNCLAIMED

from .attempt_rows import CHANGING
from .diff import Row, Writing

_ORDER = (
    "status", *Ledger.DERIVED, "holds", "has_more", "sequence", "moves", "canceled_at",
)  # fmt: skip
_EVENT = (
    "id", "type", "state", "source", "api_version", "livemode", "order_id", "intent_id", "body",
    "tries", "created", "received_at", "applied_at",
)  # fmt: skip
_MESSAGE = (
    "id", "order_id", "kind", "about", "sequence", "body", "state", "wish", "tries", "created_at",
    "next_at",
)  # fmt: skip
_ATTEMPT = ("id", *CHANGING)
_TRAIL = ("seq", "before", "after", "source", "reason", "event_id", "at")
_PLACES = ("first_", "second_")  # what moves an order, and its fulfilment
PLACES = len(_PLACES)

_OF_THE_WRITING = {
    "order_id": "text", "version": "integer", "now": "bigint", "fulfils": "boolean",
    "unknown_intent": "text", "look_due_at": "bigint", "look_tries": "integer",
    "look_requests": "integer", "look_requested": "integer",
}  # fmt: skip


# Settlements have one event, attempt and message and two lines of the trail at most, but for a few:
# those are parameters, because the database takes them in more cheaply than JSON.
_QUIET = {
    **_OF_THE_WRITING,
    **types_of(orders, "", _ORDER),
    **types_of(attempts, "attempt_", _ATTEMPT),
    **{
        name: kind
        for place in _PLACES
        for name, kind in types_of(transitions, place, _TRAIL).items()
    },
}
_TOLD = types_of(inbox_events, "event_", _EVENT) | types_of(outbox_messages, "message_", _MESSAGE)
_NOTHING: Row = {}


def _set(prefix: str, names: Iterable[str], source: str) -> str:
    return ", ".join(f"{name} = {source}.{prefix}{name}" for name in names)


def _insert_one(table: Table, prefix: str, names: Sequence[str]) -> str:
    """Insert a row of each order, or none when its id is null, or when that id is there already."""
    values = ", ".join(prefix + name for name in names)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM moved"  # noqa: S608
        f" WHERE {prefix}id IS NOT NULL ON CONFLICT (id) DO NOTHING"
    )


def _trail_row(place: str) -> str:
    return f"({', '.join(place + name for name in _TRAIL)})"


# What joins `given` says so twice, by id and version: PostgreSQL then expects few rows, and finds
# them by key even in a table that it has not looked at since it was small.
_FREE = """held AS (
  SELECT free.* FROM given, LATERAL (
    SELECT id, version FROM orders
    WHERE id = given.order_id AND version = given.version FOR NO KEY UPDATE SKIP LOCKED
  ) AS free
), """
_AND_FREE = ", held WHERE held.id = given.order_id AND held.version = given.version AND"


_TELLING = f"""received AS (
  {_insert_one(inbox_events, "event_", _EVENT)}
), fulfilled_now AS (
  INSERT INTO fulfilments (order_id, fulfilled_at) SELECT order_id, now FROM moved
  WHERE fulfils ON CONFLICT DO NOTHING
), notified AS (
  {_insert_one(outbox_messages, "message_", _MESSAGE)}
), """  # noqa: S608 - built from the column names above alone


def _statement(rows: Sequence[Sequence[str]], *, columns: Iterable[str], telling: str) -> str:
    given = ", ".join(f"({', '.join(row)})" for row in rows)
    alone = len(rows) == 1
    return f"""
WITH given({", ".join(columns)}) AS (
  VALUES {given}
), {"" if alone else _FREE}moved AS (
  UPDATE orders SET {_set("", _ORDER, "given")}, version = orders.version + 1,
    updated_at = given.now,
    look_due_at = CASE WHEN orders.look_wishes = given.look_requests THEN given.look_due_at
      ELSE orders.look_due_at END,
    look_tries = given.look_tries, look_wishes = orders.look_wishes + given.look_requested
  FROM given{" WHERE" if alone else _AND_FREE}
    orders.id = given.order_id AND orders.version = given.version
    AND NOT EXISTS (SELECT FROM inbox_events
      WHERE intent_id = given.unknown_intent AND {UNCLAIMED})
  RETURNING given.*
), {telling}tried AS (
  UPDATE attempts SET {_set("attempt_", CHANGING, "moved")} FROM moved
  WHERE attempts.id = moved.attempt_id
), trail AS (
  INSERT INTO transitions (order_id, {", ".join(_TRAIL)})
  SELECT moved.order_id, t.* FROM moved, LATERAL (VALUES {", ".join(map(_trail_row, _PLACES))})
    AS t({", ".join(_TRAIL)})
  WHERE t.seq IS NOT NULL
)
SELECT order_id FROM moved
"""  # noqa: S608 - built from the column names above alone


def _for_many(given: dict[str, str], telling: str) -> ForMany:
    words = partial(_statement, columns=given, telling=telling)
    return ForMany(words, tuple(given.values()), ("order_id",), writes=True)


_AT_ONCE = _for_many(_QUIET | _TOLD, _TELLING)
_AT_ONCE_QUIET = _for_many(_QUIET, "")


def write_at_once(connection: Connection, writings: Sequence[Writing]) -> set[str]:
    """Write these orders, all different; name those that were written."""
    if any(one.event or one.messages or one.fulfils for one in writings):
        statement, rows = _AT_ONCE, [[*_quiet(one), *_told(one)] for one in writings]
    else:
        statement, rows = _AT_ONCE_QUIET, list(map(_quiet, writings))
    return {row.order_id for row in statement.rows_of(connection, rows)}


def _quiet(writing: Writing) -> list[Any]:
    attempt = writing.attempts[0] if writing.attempts else _NOTHING
    first, second, *_ = (*writing.transitions, _NOTHING, _NOTHING)
    look = writing.look
    return [
        writing.order_id, writing.version, writing.now, writing.fulfils,
        writing.intent_id, look.due_at, look.tries, look.requests, int(look.requested),
        *map(writing.order.get, _ORDER),
        *map(attempt.get, _ATTEMPT),
        *map(first.get, _TRAIL),
        *map(second.get, _TRAIL),
    ]  # fmt: skip


def _told(writing: Writing) -> list[Any]:
    event = writing.event or _NOTHING
    message = writing.messages[0] if writing.messages else _NOTHING
    return [*map(event.get, _EVENT), *map(message.get, _MESSAGE)]
