"""Stripe's events, written once: the primary key is the event's id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select, update

from checkout_service.domain.snapshots import IncomingEvent

from .tables import inbox_events
from .upsert import insert_once

_e = inbox_events.c
_CLIENT_SECRET = re.compile(rb'("client_secret"\s*:\s*)"[^"]*"')


@dataclass(frozen=True, slots=True)
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


def record_once(connection: Connection, row: dict[str, Any]) -> bool:
    """Write an event down; False if we have it. The primary key decides races."""
    return insert_once(connection, inbox_events, row)


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


def known_ids(connection: Connection, ids: list[str]) -> set[str]:
    return set(connection.execute(select(_e.id).where(_e.id.in_(ids))).scalars())


def leftovers(connection: Connection, *, now: int, limit: int) -> list[Leftover]:
    """List events whose next try is due."""
    rows = connection.execute(
        select(_e.id, _e.body, _e.source, _e.state, _e.tries, _e.received_at)
        .where(_e.next_at <= now, _e.state.in_(("waiting", "failed")))
        .order_by(_e.next_at)
        .limit(limit)
    )
    return [Leftover(*row) for row in rows]


def unclaimed_by_intent(connection: Connection, intent_id: str) -> list[tuple[str, bytes]]:
    """List ignored events of an intent that has just turned out to be ours."""
    rows = connection.execute(
        select(_e.id, _e.body)
        .where(and_(_e.state == "ignored", _e.intent_id == intent_id))
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


def body_of(connection: Connection, event_id: str) -> bytes | None:
    body = connection.execute(select(_e.body).where(_e.id == event_id)).scalar()
    return None if body is None else bytes(body)
