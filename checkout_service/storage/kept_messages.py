"""Messages that nobody wanted sent: kept, shown, told by the feed, and sent when asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, case, select, update

from checkout_service.domain.ports.notify import ASKED, SHARED

from .tables import outbox_messages
from .tables.machinery import UNDELIVERED

KEPT = "kept"

_m = outbox_messages.c
_CHUNK = 5_000


def is_kept() -> ColumnElement[bool]:
    """Match what is due at no time."""
    return (_m.state == "due") & _m.next_at.is_(None) & (_m.wish != SHARED)


def state_shown() -> ColumnElement[Any]:
    """Name a message's state as people see it."""
    return case((is_kept(), KEPT), else_=_m.state).label("state")


def keep(connection: Connection, message_ids: list[str], owner: str) -> None:
    """Set claimed messages aside; they are not sent until somebody asks for them."""
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(message_ids), _m.lease_owner == owner, _m.state == "due")
        .values(next_at=None, lease_owner=None, lease_until=None)
    )


def set_aside(connection: Connection, message_ids: list[str]) -> None:
    """Keep messages that nobody sends; the transaction holds them."""
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(message_ids), _m.state == "due")
        .values(next_at=None)
    )


def ask_for(connection: Connection, *, since: int, kinds: frozenset[str] | None, now: int) -> int:
    """Make kept messages due that were written since a time (ms); return how many, a few at most.

    Repeat it until there are none.
    """
    wanted = select(_m.id).where(UNDELIVERED, is_kept(), _m.created_at >= since)
    if kinds is not None:
        wanted = wanted.where(_m.kind.in_(kinds))
    some = wanted.order_by(_m.created_at, _m.id).limit(_CHUNK)
    result = connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(some.scalar_subquery()))
        .values(next_at=now, wish=ASKED)
    )
    return int(result.rowcount)
