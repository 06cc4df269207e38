"""A settlement is written only over the order it was worked out from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from checkout_service.domain.errors import StaleOrder
from checkout_service.domain.settlement import Settlement
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.ledgers import load_ledger
from checkout_service.storage.settlements import Circumstances, Writing, plan_writing
from checkout_service.storage.writing import write

from .pending import NOW, ORDER, write_order


def planned(database: Database) -> Writing:
    """Plan a settlement that moves nothing but the next look."""
    with database.read() as connection:
        loaded = load_ledger(connection, ORDER, lock=False)
    assert loaded is not None
    nothing = Settlement(loaded.ledger, loaded.ledger, ())
    return plan_writing(loaded, nothing, Circumstances("webhook", NOW), {"look_due_at": NOW * 2})


def due(database: Database) -> int:
    with database.read() as connection:
        row = orders.order_row(connection, ORDER)
    assert row is not None
    return int(row.look_due_at)


@pytest.mark.parametrize(
    "news",
    [
        lambda c: orders.make_look_due(c, ORDER, NOW - 5),
        lambda c: orders.update_order(c, ORDER, {"version": 7}),
    ],
    ids=["a look wished for", "another settlement"],
)
def test_what_came_between_reading_and_writing_is_not_overwritten(
    database: Database, news: Callable[[Connection], None]
) -> None:
    database.write(write_order)
    writing = planned(database)
    database.write(news)
    before = due(database)

    with pytest.raises(StaleOrder):
        database.write_at_once(lambda c: write(c, writing))
    assert due(database) == before

    again = planned(database)
    database.write_at_once(lambda c: write(c, again))
    assert due(database) == NOW * 2
