"""Orders that are asked for together are read as each would be by itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.read_to_tell import Named, read_to_tell
from checkout_service.storage.prepared import ForMany

from .pending import an_attempt, write_order

NAMES = tuple(f"ord_{letter * 24}" for letter in "abcd")
ASKED: dict[Named, list[str]] = {
    "session_id": ["cs_test_b1", "cs_test_0", "cs_test_a1", "cs_test_b2", "cs_test_a1"],
    "intent_id": ["pi_d", "pi_0", "pi_d"],
    "id": [NAMES[2], "ord_unknown", *NAMES, NAMES[0]],
}


@pytest.fixture
def shop(database: Database) -> Database:
    for nonce, name in enumerate(NAMES):
        database.write(lambda c, n=name, x=nonce: write_order(c, order_id=n, nonce=str(x)))  # type: ignore[misc]
    over = {"state": "expired"}
    database.write(lambda c: orders.update_attempt(c, f"att_of_{NAMES[1]}", over))
    second = an_attempt("att_second", 2, NAMES[1])
    database.write(lambda c: orders.insert_attempt(c, second))
    for attempt, names in {
        f"att_of_{NAMES[0]}": {"session_id": "cs_test_a1"},
        f"att_of_{NAMES[1]}": {"session_id": "cs_test_b1"},
        "att_second": {"session_id": "cs_test_b2"},
        f"att_of_{NAMES[3]}": {"intent_id": "pi_d"},
    }.items():
        database.write(lambda c, a=attempt, n=names: orders.update_attempt(c, a, n))  # type: ignore[misc]
    return database


def told(connection: Connection, named: Named, names: list[str]) -> list[Any]:
    """Read what is told of each: all but the row, which knows how it was asked for."""
    return [
        found and (found[0].ledger, found[0].version, found[0].view(found[0].ledger), found[1])
        for found in read_to_tell(connection, named, names)
    ]


@pytest.mark.parametrize("named", ASKED)
def test_each_is_read_as_by_itself_whoever_else_is_asked_for(shop: Database, named: Named) -> None:
    asked = ASKED[named]
    with shop.read() as connection:
        alone = [told(connection, named, [name])[0] for name in asked]
        for many in range(2, len(asked) + 1):
            assert told(connection, named, asked[:many]) == alone[:many]

    assert [one is None for one in alone] == ["0" in name or "known" in name for name in asked]


def test_as_many_as_may_be_are_read(shop: Database) -> None:
    with shop.read() as connection:
        found = read_to_tell(connection, "id", [NAMES[0]] * ForMany.MOST)

    assert [one is not None for one in found] == [True] * ForMany.MOST
