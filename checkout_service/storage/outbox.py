"""Messages owed to the merchant's backend: written with the change they tell of, sent later.

A message is sent under a lease and outside any transaction; a dead sender's lease runs out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from checkout_service.domain.clock import HOUR
from checkout_service.domain.ports.notify import ASKED

from .kept_messages import state_shown
from .tables import outbox_messages
from .tables.machinery import FAILING

_m = outbox_messages.c
_NO_LEASE: dict[str, Any] = {"lease_until": None, "lease_owner": None}
# No lease is this long: one that reaches further was written by a clock that was wrong. A shorter
# limit would take messages from a worker whose clock is only a little ahead of ours.
_VOID_BEYOND = HOUR
_CHUNK = 5_000
_AHEAD = 50
_MOST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may send a message, and until when, in real time: drills do not move it."""

    owner: str
    now: int
    until: int


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    order_id: str
    kind: str
    body: str
    tries: int
    created_at: int
    sequence: int
    next_at: int
    request: str = ""


def claim(
    connection: Connection, lease: Lease, *, now: int, limit: int, untried: bool = False
) -> list[Message]:
    """Take messages that are due under a lease; several workers never take the same one.

    With `untried` only those that never failed.
    """
    wanted = _m.next_at <= now
    if untried:
        wanted = and_(wanted, _m.last_error.is_(None))
    return _claim(connection, lease, wanted, (_m.next_at, _m.created_at, _m.sequence), limit)


def claim_ahead(connection: Connection, lease: Lease, *, now: int) -> list[Message]:
    """Take one message whose time has not come: any of the next, lest a bad one be taken for ever.

    However many are waiting, only the next few are looked at.
    """
    first = (
        select(_m.id)
        .where(_m.state == "due", _m.next_at > now)
        .order_by(_m.next_at)
        .limit(_AHEAD)
        .scalar_subquery()
    )
    return _claim(connection, lease, _m.id.in_(first), (func.random(),), 1)


def _claim(
    connection: Connection,
    lease: Lease,
    wanted: ColumnElement[bool],
    order: tuple[ColumnElement[Any], ...],
    limit: int,
) -> list[Message]:
    free = or_(
        _m.lease_until.is_(None),
        _m.lease_until < lease.now,
        _m.lease_until > lease.now + _VOID_BEYOND,
    )
    chosen = (
        select(_m.id)
        .where(_m.state == "due", wanted, free)
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
        .cte("chosen")  # evaluated once: as a plain subquery it may run again for every row
    )
    # The guard is repeated outside: without it PostgreSQL lets two workers take one message.
    statement = (
        update(outbox_messages)
        .where(_m.id.in_(select(chosen.c.id)), _m.state == "due", free)
        .values(lease_owner=lease.owner, lease_until=lease.until)
        .returning(
            _m.id,
            _m.order_id,
            _m.kind,
            _m.body,
            _m.tries,
            _m.created_at,
            _m.sequence,
            _m.next_at,
            _m.wish,
        )
    )
    found = [Message(*row) for row in connection.execute(statement)]
    return sorted(found, key=lambda message: (message.next_at, message.sequence))


def is_any_due(connection: Connection, now: int) -> bool:
    statement = select(_m.id).where(_m.state == "due", _m.next_at <= now).limit(1)
    return connection.execute(statement).first() is not None


def failures(connection: Connection, *, limit: int) -> list[str]:
    """List why waiting messages failed last, one entry a message."""
    failing = select(_m.last_error).where(FAILING).limit(literal_column(str(int(limit))))
    return list(connection.execute(failing).scalars())


def mark_delivered(connection: Connection, message_id: str, *, now: int) -> None:
    """Note a delivery, whoever holds the lease by now: a 2xx is a fact."""
    connection.execute(
        update(outbox_messages)
        .where(_m.id == message_id, _m.state != "delivered")
        .values(
            state="delivered",
            delivered_at=now,
            next_at=None,
            last_error=None,
            tries=_m.tries + 1,
            **_NO_LEASE,
        )
    )


def mark_failed(
    connection: Connection, message_id: str, owner: str, *, error: str, next_at: int | None
) -> None:
    """Note a failed try; without a next time the message is a dead letter."""
    connection.execute(
        _of(message_id, owner).values(
            state="due" if next_at is not None else "dead",
            next_at=next_at,
            last_error=error[:_MOST_ERROR],
            tries=_m.tries + 1,
            **_NO_LEASE,
        )
    )


def keep(connection: Connection, message_id: str, owner: str, *, error: str) -> None:
    """Note that a send said nothing about the message; its own time and tries stay."""
    connection.execute(_of(message_id, owner).values(last_error=error[:_MOST_ERROR], **_NO_LEASE))


def _of(message_id: str, owner: str) -> Any:
    return update(outbox_messages).where(
        _m.id == message_id, _m.lease_owner == owner, _m.state == "due"
    )


def give_back(connection: Connection, message_ids: list[str], owner: str) -> None:
    """End leases on messages that were not tried."""
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(message_ids), _m.lease_owner == owner)
        .values(**_NO_LEASE)
    )


def make_due(connection: Connection, now: int) -> bool:
    """Make waiting messages due, as since they were written; True if more are waiting.

    In portions: an outage may have left more of them than one statement should touch.
    """
    waiting = select(_m.id).where(_m.state == "due", _m.next_at > now).limit(_CHUNK)
    result = connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(waiting.scalar_subquery()))
        .values(next_at=case((_m.created_at < now, _m.created_at), else_=now))
    )
    return int(result.rowcount) == _CHUNK


def replay(connection: Connection, message_id: str, now: int) -> bool:
    """Make one message due again under its own id, whatever became of it."""
    result = connection.execute(
        update(outbox_messages)
        .where(_m.id == message_id)
        .values(state="due", wish=ASKED, next_at=now, tries=0, last_error=None, **_NO_LEASE)
    )
    return bool(result.rowcount)


def count_by_state(connection: Connection) -> dict[str, int]:
    state = state_shown()
    rows = connection.execute(select(state, func.count()).group_by(state))
    return {state: count for state, count in rows}  # noqa: C416 - rows are not tuples
