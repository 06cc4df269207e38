"""What waits for a person, each counted up to a bound: held orders, disputes, dead messages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, TextClause, func, select, text

from checkout_service.storage.tables import disputes, orders, outbox_messages
from checkout_service.storage.tables.money import UNANSWERED

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    held: int
    disputes: int
    dead: int


def waiting(connection: Connection) -> Waiting:
    """Count what waits for a person; a thousand means that many or more."""
    return Waiting(
        held=_count(connection, orders, text("holds <> ''")),
        disputes=unanswered(connection),
        dead=_count(connection, outbox_messages, text("state = 'dead'")),
    )


def unanswered(connection: Connection) -> int:
    """Count the disputes and inquiries that wait for an answer; a thousand means that or more."""
    return _count(connection, disputes, UNANSWERED)


def _count(connection: Connection, table: Table, where: ColumnElement[bool] | TextClause) -> int:
    some = select(table.c.id).where(where).limit(_MOST).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
