"""Find orders by what a person has in hand: an id of ours or Stripe's, or a reference; exact."""

from __future__ import annotations

from sqlalchemy import Connection, Select, select, text, tuple_

from checkout_service.domain.ids import read_number
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage.order_views import views_of
from checkout_service.storage.tables import attempts, orders, refunds

_o, _a = orders.c, attempts.c
_NEWEST_FIRST = (_o.created_at.desc(), _o.id.desc())


def by_words(connection: Connection, words: str, *, limit: int) -> list[OrderView]:
    """Return the orders that carry these words as an id or a reference."""
    prefix = words.partition("_")[0]
    ids: Select[tuple[str]]
    if prefix == "ord":
        ids = select(_o.id).where(_o.id == words)
    elif prefix == "cs":
        ids = select(_a.order_id).where(_a.session_id == words)
    elif prefix == "pi":
        ids = select(_a.order_id).where(_a.intent_id == words)
    elif prefix == "re":
        ids = select(refunds.c.order_id).where(refunds.c.id == words)
    else:
        linked = (_a.reference == words) & _a.link_id.is_not(None)
        ids = select(_a.order_id).where(linked)
    # A merchant's own reference may look like anything, an id of Stripe's included.
    found = _these(connection, ids, limit) or _these(connection, _named(words), limit)
    number = read_number(words)
    if found or number is None:
        return found
    return _these(connection, select(_o.id).where(_o.number == number), limit)


def _named(words: str) -> Select[tuple[str]]:
    return select(_o.id).where(_o.client_reference_id == words)


def _these(connection: Connection, ids: Select[tuple[str]], limit: int) -> list[OrderView]:
    statement = select(orders).where(_o.id.in_(ids)).order_by(*_NEWEST_FIRST).limit(limit)
    return views_of(connection, connection.execute(statement).all())


def held(connection: Connection, *, before: tuple[int, str] | None, limit: int) -> list[OrderView]:
    """List the orders that wait for a person, newest first."""
    statement = select(orders).where(text("holds <> ''")).order_by(*_NEWEST_FIRST).limit(limit)
    if before is not None:
        statement = statement.where(tuple_(_o.created_at, _o.id) < before)
    return views_of(connection, connection.execute(statement).all())
