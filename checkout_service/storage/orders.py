"""Orders as rows: writing them down, and reading them one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)

from checkout_service.domain.order.line import Line

from .prepared import one_for_all
from .records import AttemptRecord, OrderRecord, attempt_record, order_record
from .rows import AnyRow
from .tables import attempts, fulfilments, order_lines, orders
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
    replace_line_rows(connection, order_id, line_rows(order_id, lines))


def replace_line_rows(
    connection: Connection, order_id: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Write lines that were kept as rows in place of the order's."""
    connection.execute(delete(order_lines).where(order_lines.c.order_id == order_id))
    _insert_rows(connection, rows)


def insert_lines(connection: Connection, order_id: str, lines: Sequence[Line]) -> None:
    _insert_rows(connection, line_rows(order_id, lines))


def _insert_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:  # an order of no amount has none
        connection.execute(_INSERT_LINES, rows)


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


def order_of(connection: Connection, order_id: str) -> OrderRecord | None:
    found = _BY_ID.rows(connection, {"b_id": order_id})
    return order_record(found[0]) if found else None


def attempts_of(connection: Connection, order_id: str) -> list[AttemptRecord]:
    """List an order's attempts, the oldest first."""
    return list(map(attempt_record, _ATTEMPTS_OF_ONE.rows(connection, {"b_id": order_id})))


def _attempt(connection: Connection, condition: ColumnElement[Any]) -> AttemptRecord | None:
    row = connection.execute(select(attempts).where(condition).limit(1)).one_or_none()
    return None if row is None else attempt_record(row)


def update_attempt(connection: Connection, attempt_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(values))


def lines_of(connection: Connection, order_id: str, currency: str) -> tuple[Line, ...]:
    return lines_as_read(_LINES_OF_ONE.rows(connection, {"b_id": order_id}), currency)


def lines_as_read(rows: Sequence[AnyRow], currency: str) -> tuple[Line, ...]:
    """Make an order's lines of their rows, in their places."""
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
        for row in rows
    )


def update_order(connection: Connection, order_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(orders).where(_o.id == order_id).values(values))


def agree_anew(
    connection: Connection, order: OrderRecord, lines: Sequence[Line], terms: dict[str, Any]
) -> bool:
    """Write other terms of an order; False if it was settled since it was read."""
    result = connection.execute(
        update(orders)
        .where(_o.id == order.id, _o.version == order.version)
        .values(terms | {"version": order.version + 1})
    )
    if result.rowcount != 1:
        return False
    replace_lines(connection, order.id, lines)
    return True


def fulfilled_at(connection: Connection, order_id: str) -> int | None:
    """Return when an order was fulfilled, in milliseconds UTC; None if it was not."""
    given = select(fulfilments.c.fulfilled_at).where(fulfilments.c.order_id == order_id)
    found: int | None = connection.execute(given).scalar()
    return found


def make_look_due(connection: Connection, order_id: str, at: int) -> None:
    """Request a look no later than this time, or AT_ONCE; each request has its number."""
    sooner = _o.look_due_at.is_(None) | (_o.look_due_at > at)
    connection.execute(
        update(orders)
        .where(_o.id == order_id)
        .values(
            look_due_at=case((sooner, at), else_=_o.look_due_at),
            look_wishes=_o.look_wishes + 1,
        )
    )


def attempt_by_id(connection: Connection, attempt_id: str) -> AttemptRecord | None:
    return _attempt(connection, attempts.c.id == attempt_id)


def attempt_by_session(connection: Connection, session_id: str) -> AttemptRecord | None:
    return _attempt(connection, attempts.c.session_id == session_id)


def attempt_by_reference(
    connection: Connection, reference: str | None, *, other_than: str | None = None
) -> AttemptRecord | None:
    """Find the first attempt that was given this reference."""
    if reference is None:
        return None
    statement = select(attempts).where(
        attempts.c.reference == reference, attempts.c.link_id.is_not(None)
    )
    if other_than is not None:
        statement = statement.where(attempts.c.id != other_than)
    row = connection.execute(
        statement.order_by(attempts.c.created_at, attempts.c.seq).limit(1)
    ).one_or_none()
    return None if row is None else attempt_record(row)


def states_of_sessions(connection: Connection, session_ids: list[str]) -> dict[str, str]:
    """Return the state of the attempts these sessions are known as."""
    rows = connection.execute(
        select(attempts.c.session_id, attempts.c.state).where(
            attempts.c.session_id.in_(session_ids)
        )
    )
    return {row.session_id: row.state for row in rows}
