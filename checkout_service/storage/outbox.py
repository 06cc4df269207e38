"""Messages owed to the merchant's backend: written with the change they tell of, sent later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from .tables import outbox_messages
from .upsert import insert_once

_m = outbox_messages.c


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    order_id: str
    kind: str
    body: str
    tries: int
    created_at: int


def put_once(connection: Connection, row: dict[str, Any]) -> bool:
    """Write a message; False if this order owed the same one before."""
    return insert_once(connection, outbox_messages, row)


def claim(
    connection: Connection, *, owner: str, now: int, lease_ms: int, limit: int
) -> list[Message]:
    """Take messages that are due under a lease; several workers never take the same one."""
    due = (
        select(_m.id)
        .where(_m.state == "due", _m.next_at <= now, _free(now))
        .order_by(_m.next_at, _m.sequence)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
        .cte("due")  # evaluated once: as a plain subquery PostgreSQL may run it again for each row
    )
    # The guard is repeated outside: without it PostgreSQL lets two workers take one message.
    statement = (
        update(outbox_messages)
        .where(_m.id.in_(select(due.c.id)), _m.state == "due", _free(now))
        .values(lease_owner=owner, lease_until=now + lease_ms)
        .returning(_m.id, _m.order_id, _m.kind, _m.body, _m.tries, _m.created_at)
    )
    return [Message(*row) for row in connection.execute(statement)]


def _free(now: int) -> Any:
    return or_(_m.lease_until.is_(None), _m.lease_until < now)


def mark_delivered(connection: Connection, message_id: str, owner: str, now: int) -> None:
    connection.execute(
        update(outbox_messages)
        .where(_m.id == message_id, _m.lease_owner == owner, _m.state != "delivered")
        .values(
            state="delivered",
            delivered_at=now,
            next_at=None,
            lease_until=None,
            lease_owner=None,
            last_error=None,
            tries=_m.tries + 1,
        )
    )


def mark_failed(
    connection: Connection, message_id: str, owner: str, *, error: str, next_at: int | None
) -> None:
    """Note a failed try; without a next time the message is a dead letter."""
    connection.execute(
        update(outbox_messages)
        .where(_m.id == message_id, _m.lease_owner == owner, _m.state == "due")
        .values(
            state="due" if next_at is not None else "dead",
            next_at=next_at,
            lease_until=None,
            lease_owner=None,
            last_error=error[:500],
            tries=_m.tries + 1,
        )
    )


def give_back(connection: Connection, message_ids: list[str], owner: str) -> None:
    """End leases on messages that were not tried."""
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(message_ids), _m.lease_owner == owner)
        .values(lease_until=None, lease_owner=None)
    )


def make_all_due(connection: Connection, now: int) -> int:
    """Make every waiting message due now: the receiver answers again."""
    result = connection.execute(
        update(outbox_messages).where(_m.state == "due", _m.next_at > now).values(next_at=now)
    )
    return int(result.rowcount)


def replay(connection: Connection, message_id: str, now: int) -> bool:
    """Make one message due again under its own id, whatever became of it."""
    result = connection.execute(
        update(outbox_messages)
        .where(_m.id == message_id)
        .values(state="due", next_at=now, tries=0, lease_until=None, lease_owner=None)
    )
    return bool(result.rowcount)


def count_by_state(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(_m.state, func.count()).group_by(_m.state))
    return {state: count for state, count in rows}  # noqa: C416 - rows are not tuples
