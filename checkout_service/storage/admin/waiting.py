"""What waits for a person, each counted up to a bound, each from an index of its own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, TextClause, and_, func, select, text

from checkout_service.domain.frozen import frozen
from checkout_service.storage.authorisations import ending
from checkout_service.storage.tables import disputes, orders, outbox_messages
from checkout_service.storage.tables.machinery import UNDELIVERED
from checkout_service.storage.tables.money import UNANSWERED
from checkout_service.storage.tables.orders import HELD

_MOST = 1_000


@frozen
class Waiting:
    held: int = 0
    disputes: int = 0
    dead: int = 0


def waiting(connection: Connection) -> Waiting:
    """Count what waits for a person; a thousand means that many or more."""
    return Waiting(
        held=_count(connection, orders, HELD),
        disputes=_count(connection, disputes, UNANSWERED),
        dead=_count(connection, outbox_messages, and_(text("state = 'dead'"), UNDELIVERED)),
    )


def ending_soon(connection: Connection, *, before: int) -> int:
    """Count the authorisations that end before a time; a thousand means that many or more."""
    return len(ending(connection, before=before, limit=_MOST))


def _count(connection: Connection, table: Table, where: ColumnElement[bool] | TextClause) -> int:
    some = select(table.c.id).where(where).limit(_MOST).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
