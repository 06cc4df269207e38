"""Writers take turns where the database has one writer, and readers do not wait behind them."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection, func, insert, select

from checkout_service.storage.database import POOL_SIZE, Database
from checkout_service.storage.tables import bookmarks
from tests.support.patience import PATIENCE


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_readers_go_on_while_more_wait_to_write_than_there_are_connections(
    database: Database,
) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> None:
        writing.set()
        go_on.wait(PATIENCE)
        _bookmark(connection, "slow")

    names = [f"waits {n}" for n in range(POOL_SIZE * 4)]
    first = threading.Thread(target=database.write, args=(slowly,))
    others = [
        threading.Thread(target=database.write, args=(lambda c, n=n: _bookmark(c, n),))
        for n in names
    ]
    first.start()
    assert writing.wait(PATIENCE)
    for one in others:
        one.start()

    seen = _count(database)
    go_on.set()
    for one in (first, *others):
        one.join()

    assert seen == 0
    assert _count(database) == 1 + len(names)


def _bookmark(connection: Connection, name: str) -> None:
    connection.execute(insert(bookmarks).values(name=name, position=0))


def _count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(bookmarks)).scalar_one())
