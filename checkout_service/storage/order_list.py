"""List orders by what is asked of them, newest first, page by page; each filter has its index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    TextClause,
    literal,
    select,
    tuple_,
    union_all,
)

from checkout_service.domain.views.order_filter import NEWEST, OrderFilter
from checkout_service.domain.views.orders import OrderView

from .order_views import views_of
from .said import said
from .tables import attempts, fulfilments, order_lines, orders
from .tables.orders import HELD

_o, _a, _f, _l = orders.c, attempts.c, fulfilments.c, order_lines.c


def page(
    connection: Connection, wanted: OrderFilter, *, before: tuple[int, str] | None, limit: int
) -> list[OrderView]:
    """List orders, newest first."""
    found = connection.execute(statement(wanted, before=before, limit=limit)).all()
    return views_of(connection, found)


def statement(wanted: OrderFilter, *, before: tuple[int, str] | None, limit: int) -> Select[Any]:
    """Ask by keyset, so that page one million costs as page one."""
    asked = select(orders).order_by(_o.created_at.desc(), _o.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(tuple_(_o.created_at, _o.id) < before)
    asked = asked.where(*_conditions(wanted))
    if wanted.prices is None:
        return asked
    return asked.where(_o.id.in_(_selling(asked, wanted.prices, limit)))


def _selling(asked: Select[Any], prices: Sequence[str], limit: int) -> Select[Any]:
    """Name the first of these orders that sell one of the prices, walking from the newest on.

    Who sells one product in a thousand would have every order there ever was looked at: a bound
    ends the walk. A subquery for each order keeps PostgreSQL from reading all lines there are.
    """
    newest = asked.with_only_columns(_o.id, _o.created_at).limit(said(NEWEST)).subquery()
    line = select(_l.place).where(_l.order_id == newest.c.id, _l.price.in_(prices)).limit(1)
    return (
        select(newest.c.id)
        .where(line.scalar_subquery().is_not(None))
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(said(limit))
    )


def _conditions(wanted: OrderFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    yield from _of_columns(wanted)
    if wanted.created_before is not None:
        yield _o.created_at < wanted.created_before
    for column, after in (
        (_o.created_at, wanted.created_after),
        (_o.updated_at, wanted.updated_after),
    ):
        if after is not None:
            yield column > after
    if wanted.fulfilled_after is not None:
        given = select(_f.order_id).where(_f.fulfilled_at > wanted.fulfilled_after)
        yield _o.id.in_(given)
    if wanted.customer_email is not None:
        yield _o.id.in_(by_email(wanted.customer_email))
    if wanted.checkout_session is not None:
        yield _o.id.in_(select(_a.order_id).where(_a.session_id == wanted.checkout_session))
    if wanted.payment_intent is not None:
        yield _o.id.in_(select(_a.order_id).where(_a.intent_id == wanted.payment_intent))


def _of_columns(wanted: OrderFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    for column in (_o.status, _o.client_reference_id):
        asked = getattr(wanted, column.name)
        if asked is not None:
            yield column == asked
    if wanted.held or wanted.hold is not None:
        yield HELD
    if wanted.hold is not None:
        listed = literal(",").concat(_o.holds).concat(",")
        yield listed.contains(f",{wanted.hold},", autoescape=True)


def by_email(email: str) -> CompoundSelect[Any]:
    """Name the orders of an address that the shop gave, or that the buyer told Stripe."""
    return union_all(
        select(_o.id).where(_o.customer_email == email),
        select(_a.order_id).where(_a.customer_email == email),
    )
