"""New orders that are written together: each is as it would be by itself, or not there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from checkout_service.domain.order.line import Line
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.new_orders import OrderRows, insert_orders
from checkout_service.storage.prepared import ForMany
from checkout_service.storage.tables import attempts, order_lines, orders

from .pending import an_attempt, an_order

NAMES = tuple(f"ord_{letter * 24}" for letter in "abcdefghijklmnop")
POSTER, FRAME = (Line(price, price, "", 1, 2500, "usd") for price in ("poster", "frame"))


def rows(order_id: str, *lines: Line, nonce: str = "", **more: Any) -> OrderRows:
    order = an_order(order_id, nonce=nonce or f"of {order_id}") | more
    return OrderRows(order, lines or (POSTER,), an_attempt(f"att_of_{order_id}", 1, order_id))


def insert(database: Database, *given: OrderRows) -> list[bool]:
    return database.write_at_once(lambda c: insert_orders(c, given))


def written(connection: Connection) -> list[tuple[str, list[str], str]]:
    """Tell of every order its lines and its attempt."""
    found = connection.execute(select(orders.c.id).order_by(orders.c.id)).scalars().all()
    prices = select(order_lines.c.order_id, order_lines.c.price).order_by(order_lines.c.place)
    lines = connection.execute(prices).all()
    tries = dict(connection.execute(select(attempts.c.order_id, attempts.c.id)).all())
    return [(name, [p for o, p in lines if o == name], tries[name]) for name in found]


def told(database: Database) -> list[tuple[str, list[str], str]]:
    with database.read() as connection:
        return written(connection)


def test_each_has_its_own_lines_and_attempt(database: Database) -> None:
    done = insert(database, rows(NAMES[2], FRAME, POSTER), rows(NAMES[0]), rows(NAMES[1], FRAME))

    assert done == [True, True, True]
    assert told(database) == [
        (NAMES[0], ["poster"], f"att_of_{NAMES[0]}"),
        (NAMES[1], ["frame"], f"att_of_{NAMES[1]}"),
        (NAMES[2], ["frame", "poster"], f"att_of_{NAMES[2]}"),
    ]


def test_a_nonce_that_has_its_order_is_left_out_alone(database: Database) -> None:
    assert insert(database, rows(NAMES[0], nonce="known")) == [True]

    done = insert(database, rows(NAMES[1]), rows(NAMES[2], FRAME, nonce="known"), rows(NAMES[3]))

    assert done == [True, False, True]
    assert [name for name, *_ in told(database)] == [NAMES[0], NAMES[1], NAMES[3]]


def test_of_two_with_one_nonce_one_is_written(database: Database) -> None:
    done = insert(database, rows(NAMES[0], nonce="same"), rows(NAMES[1], FRAME, nonce="same"))

    assert done == [True, False]
    assert told(database) == [(NAMES[0], ["poster"], f"att_of_{NAMES[0]}")]


@pytest.mark.parametrize("size", [1, 3, ForMany.MOST])
def test_as_many_as_may_be_are_written(database: Database, size: int) -> None:
    assert insert(database, *(rows(name) for name in NAMES[:size])) == [True] * size
    assert [name for name, *_ in told(database)] == list(NAMES[:size])


def test_one_that_cannot_be_written_leaves_none_of_its_group(database: Database) -> None:
    with pytest.raises((DBAPIError, ValueError)):
        insert(database, rows(NAMES[0]), rows(NAMES[1], amount_total=None), rows(NAMES[2]))

    assert told(database) == []
