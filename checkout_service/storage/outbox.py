"""Messages owed to the merchant's backend: written with the change they tell of, sent later.

A message is sent under a lease and outside any transaction; a dead sender's lease runs out. The
same holds of each receiver's deliveries where there are several: boxes.py.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from checkout_service.domain.clock import HOUR
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import ASKED

from .boxes import Box, lock, sum_up
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


@frozen
class Lease:
    """Who may send a message, and until when, in real time: drills do not move it."""

    owner: str
    now: int
    until: int


@frozen
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
    connection: Connection, box: Box, lease: Lease, *, now: int, limit: int, untried: bool = False
) -> list[Message]:
    """Take messages that are due under a lease; several workers never take the same one.

    With `untried` only those that never failed.
    """
    c = box.c
    wanted = c.next_at <= now
    if untried:
        wanted = and_(wanted, c.last_error.is_(None))
    first = _ids(box).where(wanted).order_by(c.next_at, c.created_at, c.sequence).limit(limit)
    return _claim(connection, box, lease, first)


def claim_ahead(connection: Connection, box: Box, lease: Lease, *, now: int) -> list[Message]:
    """Take one message whose time has not come: any of the next, lest a bad one be taken for ever.

    However many are waiting, only the next few are looked at.
    """
    first = (
        select(box.id)
        .where(box.mine, box.c.state == "due", box.c.next_at > now)
        .order_by(box.c.next_at)
        .limit(_AHEAD)
        .scalar_subquery()
    )
    any_one = _ids(box).where(box.id.in_(first)).order_by(func.random()).limit(1)
    return _claim(connection, box, lease, any_one)


def _ids(box: Box) -> Select[tuple[str]]:
    return select(box.id.label("id"))


def _claim(
    connection: Connection, box: Box, lease: Lease, which: Select[tuple[str]]
) -> list[Message]:
    c, free = box.c, is_free(box.c, lease.now)
    chosen = (
        which.where(box.mine, box.open, c.state == "due", free)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
        .cte("chosen")  # evaluated once: as a plain subquery it may run again for every row
    )
    # The guard is repeated outside: without it PostgreSQL lets two workers take one message.
    statement = (
        update(box.table)
        .where(box.id.in_(select(chosen.c.id)), box.mine, c.state == "due", free)
        .values(lease_owner=lease.owner, lease_until=lease.until)
        .returning(
            box.id,
            c.order_id,
            c.kind,
            box.body,
            c.tries,
            c.created_at,
            c.sequence,
            c.next_at,
            box.request,
        )
    )
    found = [Message(*row) for row in connection.execute(statement)]
    return sorted(found, key=lambda message: (message.next_at, message.sequence))


def is_free(c: Any, now: int) -> ColumnElement[bool]:
    """Match what nobody is sending."""
    return or_(
        c.lease_until.is_(None),
        c.lease_until < now,
        c.lease_until > now + _VOID_BEYOND,
    )


def is_any_due(connection: Connection, box: Box, now: int) -> bool:
    due = box.mine, box.c.state == "due", box.c.next_at <= now
    return connection.execute(select(box.id).where(*due).limit(1)).first() is not None


def failures(connection: Connection, box: Box, *, limit: int) -> list[str]:
    """List why waiting messages failed last, one entry a message."""
    most: Any = literal_column(str(int(limit)))
    failing = select(box.c.last_error).where(box.mine, FAILING).limit(most)
    return list(connection.execute(failing).scalars())


def mark_delivered(
    connection: Connection, box: Box, message_ids: Collection[str], *, now: int
) -> None:
    """Note deliveries, whoever holds the leases by now: a 2xx is a fact."""
    _mark(
        connection,
        box,
        message_ids,
        update(box.table)
        .where(box.id.in_(message_ids), box.mine, box.c.state != "delivered")
        .values(
            state="delivered",
            delivered_at=now,
            next_at=None,
            last_error=None,
            tries=box.c.tries + 1,
            **_NO_LEASE,
        ),
    )


def mark_failed(
    connection: Connection,
    box: Box,
    message_id: str,
    owner: str,
    *,
    error: str,
    next_at: int | None,
) -> None:
    """Note a failed try; without a next time the message is a dead letter."""
    _mark(
        connection,
        box,
        [message_id],
        _of(box, message_id, owner).values(
            state="due" if next_at is not None else "dead",
            next_at=next_at,
            last_error=error[:_MOST_ERROR],
            tries=box.c.tries + 1,
            **_NO_LEASE,
        ),
    )


def _mark(connection: Connection, box: Box, message_ids: Collection[str], change: Update) -> None:
    if box.is_shared:
        lock(connection, message_ids)
    connection.execute(change)
    if box.is_shared:
        sum_up(connection, message_ids)


def keep(connection: Connection, box: Box, message_id: str, owner: str, *, error: str) -> None:
    """Note that a send said nothing about the message; its own time and tries stay."""
    connection.execute(
        _of(box, message_id, owner).values(last_error=error[:_MOST_ERROR], **_NO_LEASE)
    )


def _of(box: Box, message_id: str, owner: str) -> Update:
    return update(box.table).where(
        box.id == message_id, box.mine, box.c.lease_owner == owner, box.c.state == "due"
    )


def give_back(connection: Connection, box: Box, message_ids: list[str], owner: str) -> None:
    """End leases on messages that were not tried."""
    connection.execute(
        update(box.table)
        .where(box.id.in_(message_ids), box.mine, box.c.lease_owner == owner)
        .values(**_NO_LEASE)
    )


def make_due(connection: Connection, box: Box, now: int) -> bool:
    """Make waiting messages due, as since they were written; True if more are waiting.

    In portions: an outage may have left more of them than one statement should touch.
    """
    c = box.c
    waiting = select(box.id).where(box.mine, c.state == "due", c.next_at > now).limit(_CHUNK)
    result = connection.execute(
        update(box.table)
        .where(box.id.in_(waiting.scalar_subquery()), box.mine)
        .values(next_at=case((c.created_at < now, c.created_at), else_=now))
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
