"""Orders as rows: writing them down, and the views that leave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from checkout_service.domain.cart import Line
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views import LineView, OrderView

from .direct import one_for_all
from .rows import AnyRow
from .tables import attempts, order_lines, orders
from .upsert import insert_once

_o = orders.c
_INSERT_LINES = insert(order_lines)
_LINES = select(order_lines).order_by(order_lines.c.order_id, order_lines.c.place)
_ATTEMPTS = select(attempts).order_by(attempts.c.order_id, attempts.c.seq)
_ID: BindParameter[str] = bindparam("b_id")
_BY_NONCE = one_for_all(select(_o.id).where(_o.nonce == bindparam("b_nonce")))
_BY_ID = one_for_all(select(orders).where(_o.id == _ID))
_LINES_OF_ONE = one_for_all(_LINES.where(order_lines.c.order_id == _ID))
_ATTEMPTS_OF_ONE = one_for_all(_ATTEMPTS.where(attempts.c.order_id == _ID))


def replace_lines(connection: Connection, order_id: str, lines: Sequence[Line]) -> None:
    """Write a changed cart's lines in place of the old ones."""
    connection.execute(delete(order_lines).where(order_lines.c.order_id == order_id))
    insert_lines(connection, order_id, lines)


def insert_lines(connection: Connection, order_id: str, lines: Sequence[Line]) -> None:
    connection.execute(_INSERT_LINES, line_rows(order_id, lines))


def line_rows(order_id: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Make the rows of an order's lines, in their places."""
    return [
        {
            "order_id": order_id,
            "place": place,
            "price": line.price,
            "name": line.name,
            "description": line.description,
            "quantity": line.quantity,
            "unit_amount": line.unit_amount,
            "stripe_price": line.stripe_price,
            "recurring": json.dumps(dict(line.recurring)) if line.recurring else None,
        }
        for place, line in enumerate(lines)
    ]


def insert_attempt(connection: Connection, row: dict[str, Any]) -> bool:
    """Write an attempt; False if the order has an open one (or this number) already."""
    return insert_once(connection, attempts, row)


def order_by_nonce(connection: Connection, nonce: str) -> str | None:
    found = _BY_NONCE.rows(connection, {"b_nonce": nonce})
    return found[0].id if found else None


def order_row(connection: Connection, order_id: str) -> AnyRow | None:
    found = _BY_ID.rows(connection, {"b_id": order_id})
    return found[0] if found else None


def attempt_rows(connection: Connection, order_id: str) -> Sequence[AnyRow]:
    return _ATTEMPTS_OF_ONE.rows(connection, {"b_id": order_id})


def attempt_row(connection: Connection, condition: ColumnElement[Any]) -> AnyRow | None:
    return connection.execute(select(attempts).where(condition).limit(1)).one_or_none()


def update_attempt(connection: Connection, attempt_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(values))


def lines_of(connection: Connection, order_id: str, currency: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            price=row.price,
            name=row.name,
            description=row.description,
            quantity=row.quantity,
            unit_amount=row.unit_amount,
            currency=currency,
            stripe_price=row.stripe_price,
            recurring=json.loads(row.recurring) if row.recurring else None,
        )
        for row in _LINES_OF_ONE.rows(connection, {"b_id": order_id})
    )


def view(connection: Connection, order_id: str) -> OrderView | None:
    """Give one order as the outside may see it."""
    return next(iter(views(connection, [order_row(connection, order_id)])), None)


def views(connection: Connection, rows: Iterable[AnyRow | None]) -> list[OrderView]:
    """Give these orders as views, with their lines and attempts read in two statements."""
    found = [row for row in rows if row is not None]
    ids = [row.id for row in found]
    lines: dict[str, list[LineView]] = {order_id: [] for order_id in ids}
    tries: dict[str, list[AnyRow]] = {order_id: [] for order_id in ids}
    if found:
        for line in connection.execute(_LINES.where(order_lines.c.order_id.in_(ids))):
            amount = line.quantity * line.unit_amount
            lines[line.order_id].append(
                LineView(line.price, line.name, line.quantity, line.unit_amount, amount)
            )
        for attempt in connection.execute(_ATTEMPTS.where(attempts.c.order_id.in_(ids))):
            tries[attempt.order_id].append(attempt)
    return [_view(row, lines[row.id], tries[row.id]) for row in found]


def _view(row: AnyRow, lines: Sequence[LineView], tries: Sequence[AnyRow]) -> OrderView:
    shown = next((a for a in tries if a.won), None) or next(
        (a for a in reversed(tries) if a.ours), None
    )
    return OrderView(
        id=row.id,
        status=OrderStatus(row.status),
        fulfilled=row.fulfilled,
        amount_total=row.amount_total,
        amount_paid=row.amount_paid,
        amount_refunded=row.amount_refunded,
        currency=row.currency,
        holds=tuple(filter(None, row.holds.split(","))),
        livemode=row.livemode,
        created_at=row.created_at,
        items=tuple(lines),
        client_reference_id=row.client_reference_id,
        metadata=json.loads(row.metadata),
        flow=row.flow,
        customer_email=(shown.customer_email if shown else None) or row.customer_email,
        checkout_session=shown.session_id if shown else None,
        payment_intent=shown.intent_id if shown else None,
        amount_discount=shown.amount_discount if shown else 0,
        amount_tax=shown.amount_tax if shown else 0,
        amount_shipping=shown.amount_shipping if shown else 0,
    )


def page(
    connection: Connection,
    *,
    status: str | None,
    created_after: int | None,
    before: tuple[int, str] | None,
    limit: int,
) -> Sequence[AnyRow]:
    """List orders newest first by keyset, so that page one million costs as page one."""
    statement = select(orders).order_by(_o.created_at.desc(), _o.id.desc()).limit(limit)
    if status is not None:
        statement = statement.where(_o.status == status)
    if created_after is not None:
        statement = statement.where(_o.created_at > created_after)
    if before is not None:
        statement = statement.where(tuple_(_o.created_at, _o.id) < before)
    return connection.execute(statement).all()


def update_order(connection: Connection, order_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(orders).where(_o.id == order_id).values(values))


def postpone_look(connection: Connection, order_id: str, at: int) -> None:
    """Plan a look that failed anew; one asked for stays as it is."""
    connection.execute(
        update(orders).where(_o.id == order_id, _o.look_due_at != AT_ONCE).values(look_due_at=at)
    )


def make_look_due(connection: Connection, order_id: str, at: int) -> None:
    """Ask the sweep for a look no later than this time, or AT_ONCE."""
    connection.execute(
        update(orders)
        .where(_o.id == order_id, (_o.look_due_at.is_(None)) | (_o.look_due_at > at))
        .values(look_due_at=at)
    )


def due_attempts(connection: Connection, *, now: int, limit: int) -> Sequence[AnyRow]:
    """List orders whose look is due and that nobody is looking at, with their newest attempt."""
    later = attempts.alias("later")
    newest = (
        select(func.max(later.c.seq))
        .where(later.c.order_id == _o.id, later.c.ours)
        .correlate(orders)
        .scalar_subquery()
    )
    return connection.execute(
        select(
            _o.id.label("order_id"),
            _o.version,
            attempts.c.id.label("attempt_id"),
            attempts.c.kind,
            attempts.c.state,
            attempts.c.session_id,
            attempts.c.created_at.label("attempt_created_at"),
        )
        .select_from(orders)
        .join(attempts, (attempts.c.order_id == _o.id) & (attempts.c.seq == newest))
        .where(
            _o.look_due_at <= now,
            (_o.look_lease_until.is_(None)) | (_o.look_lease_until < now),
        )
        .order_by(_o.look_due_at)
        .limit(limit)
    ).all()


def attempt_by_id(connection: Connection, attempt_id: str) -> AnyRow | None:
    return attempt_row(connection, attempts.c.id == attempt_id)


def attempt_by_session(connection: Connection, session_id: str) -> AnyRow | None:
    return attempt_row(connection, attempts.c.session_id == session_id)


def attempt_by_intent(connection: Connection, intent_id: str) -> AnyRow | None:
    return attempt_row(connection, attempts.c.intent_id == intent_id)


def attempt_by_reference(
    connection: Connection, reference: str | None, *, other_than: str | None = None
) -> AnyRow | None:
    """Find the first attempt that was given this reference."""
    if reference is None:
        return None
    statement = select(attempts).where(
        attempts.c.reference == reference, attempts.c.link_id.is_not(None)
    )
    if other_than is not None:
        statement = statement.where(attempts.c.id != other_than)
    return connection.execute(
        statement.order_by(attempts.c.created_at, attempts.c.seq).limit(1)
    ).one_or_none()


def states_of_sessions(connection: Connection, session_ids: list[str]) -> dict[str, str]:
    """Give the state of the attempts these sessions are known as."""
    rows = connection.execute(
        select(attempts.c.session_id, attempts.c.state).where(
            attempts.c.session_id.in_(session_ids)
        )
    )
    return {row.session_id: row.state for row in rows}
