"""Stripe's events, written once: the primary key is the event's id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.frozen import frozen

from .tables import inbox_events
from .tables.machinery import STUCK, UNCLAIMED
from .upsert import insert_many_once, insert_once

_e = inbox_events.c
_LEFTOVERS = select(_e.id, _e.body, _e.source, _e.state, _e.tries, _e.received_at)
_CLIENT_SECRET = re.compile(rb'("client_secret"\s*:\s*)"[^"]*"')


@frozen
class Leftover:
    """An event that waits for its order, or whose settling failed."""

    id: str
    body: bytes
    source: str
    state: str
    tries: int
    received_at: int


def event_row(
    event: IncomingEvent,
    *,
    source: str,
    now: int,
    state: str,
    order_id: str | None = None,
    intent_id: str | None = None,
    next_at: int | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "state": state,
        "source": source,
        "api_version": event.api_version,
        "livemode": event.livemode,
        "order_id": order_id,
        "intent_id": intent_id,
        "body": without_secrets(event.body),
        "created": event.created,
        "received_at": now,
        "applied_at": now if state == "applied" else None,
        "next_at": next_at,
        "tries": 0,
        "last_error": error,
    }


def without_secrets(body: bytes) -> bytes:
    """Take the client secret of a PaymentIntent out of its event: it is kept nowhere."""
    if b"_secret_" not in body:
        return body
    return _CLIENT_SECRET.sub(rb"\1null", body)


def supersede(connection: Connection, row: dict[str, Any], *, version: str) -> bool:
    """Put another rendering of a known event in the place of one of another API version.

    Two endpoints send the same event in two versions while one takes over from the other. False
    if the event is known in this version already.
    """
    result = connection.execute(
        update(inbox_events)
        .where(_e.id == row["id"], _e.api_version.is_distinct_from(version))
        .values({name: value for name, value in row.items() if name != "id"})
    )
    return result.rowcount == 1


def record_once(connection: Connection, row: dict[str, Any]) -> bool:
    """Write an event down; False if we have it. The primary key decides races."""
    return insert_once(connection, inbox_events, row)


def record_many(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write down those events that we do not have."""
    insert_many_once(connection, inbox_events, rows)


def mark(
    connection: Connection,
    event_id: str,
    *,
    state: str,
    now: int,
    next_at: int | None = None,
    tries: int | None = None,
    **more: Any,
) -> None:
    """Say what became of an event."""
    values: dict[str, Any] = {"state": state, "next_at": next_at, **more}
    if state == "applied":
        values |= {"applied_at": now, "last_error": None}
    if tries is not None:
        values["tries"] = tries
    connection.execute(update(inbox_events).where(_e.id == event_id).values(values))


def is_applied(connection: Connection, event_id: str) -> bool:
    """True if the event is here and its order knows what it tells."""
    query = select(_e.id).where(_e.id == event_id, _e.state == "applied")
    return connection.execute(query).first() is not None


def known_ids(connection: Connection, ids: list[str]) -> set[str]:
    return set(connection.execute(select(_e.id).where(_e.id.in_(ids))).scalars())


def leftovers(connection: Connection, *, now: int, limit: int) -> list[Leftover]:
    """List events whose next try is due."""
    rows = connection.execute(
        _LEFTOVERS.where(_e.next_at <= now, _e.state.in_(("waiting", "failed")))
        .order_by(_e.next_at)
        .limit(limit)
    )
    return [Leftover(*row) for row in rows]


def unclaimed_by_intent(connection: Connection, intent_id: str) -> list[tuple[str, bytes]]:
    """List events of an intent that has just turned out to be ours: nobody knew it before."""
    rows = connection.execute(
        select(_e.id, _e.body)
        .where(UNCLAIMED, _e.intent_id == intent_id)
        .order_by(_e.created, _e.id)
        .limit(200)
    )
    return [(row.id, bytes(row.body)) for row in rows]


def wake_waiting(connection: Connection, order_id: str, now: int) -> None:
    """Make events that waited for this order due now."""
    connection.execute(
        update(inbox_events)
        .where(_e.order_id == order_id, _e.state == "waiting", _e.next_at > now)
        .values(next_at=now)
    )


def leftover_of(connection: Connection, event_id: str) -> Leftover | None:
    """Return a stored event as one to be tried again."""
    row = connection.execute(_LEFTOVERS.where(_e.id == event_id)).one_or_none()
    return None if row is None else Leftover(*row)


def quarantined(connection: Connection, *, limit: int) -> list[tuple[str, str, str | None]]:
    """List events that wait for a person: id, type and error, the latest first."""
    rows = connection.execute(
        select(_e.id, _e.type, _e.last_error)
        .where(STUCK, _e.state == "quarantined")
        .order_by(_e.received_at.desc())
        .limit(limit)
    )
    return [(row.id, row.type, row.last_error) for row in rows]
