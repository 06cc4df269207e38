"""Who creates an order while others do shares their statement and their commit."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.watch import Write
from checkout_service.use_cases.settle.write_together import WriteTogether
from tests.storage.test_inserted_together import NAMES, rows, told
from tests.support.running_stack import until

LEADER, *OTHERS = NAMES[:6]


@pytest.fixture
def writes() -> list[Write]:
    return []


@pytest.fixture
def database(database_url: str, writes: list[Write]) -> Iterator[Database]:
    engine = make_engine(database_url)
    yield Database(engine, watch=writes.append)
    engine.dispose()


@contextmanager
def nobody_can_insert(database: Database) -> Iterator[None]:
    with database.engine.begin() as connection:
        connection.execute(text("LOCK TABLE orders IN SHARE MODE"))
        yield


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_those_who_wait_for_the_first_are_written_by_one_commit(
    database: Database, writes: list[Write]
) -> None:
    together = WriteTogether(database)
    gathering = together._new_orders
    gathering.patience = 60.0  # this machine may be busy

    with ThreadPoolExecutor(len(NAMES)) as pool:
        with nobody_can_insert(database):
            done = [pool.submit(together.insert, rows(LEADER))]
            until(lambda: writes == [Write.BEGINS, Write.COMMITS], what="a leader at work")
            done += [pool.submit(together.insert, rows(name)) for name in OTHERS]
            until(lambda: gathering.waiting == len(OTHERS), what="others that wait")
        assert all(one.result() for one in done)

    assert [name for name, *_ in told(database)] == sorted([LEADER, *OTHERS])
    assert writes.count(Write.COMMITTED) == 2


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_who_cannot_be_written_fails_alone(database: Database, writes: list[Write]) -> None:
    together = WriteTogether(database)
    gathering = together._new_orders
    gathering.patience = 60.0
    bad = rows(OTHERS[1], amount_total=None)
    with ThreadPoolExecutor(4) as pool:
        with nobody_can_insert(database):
            done = [pool.submit(together.insert, rows(LEADER))]
            until(lambda: writes == [Write.BEGINS, Write.COMMITS], what="a leader at work")
            others = rows(OTHERS[0]), bad, rows(OTHERS[2])
            done += [pool.submit(together.insert, given) for given in others]
            until(lambda: gathering.waiting == len(others), what="others that wait")
        failed = [one.exception() is not None for one in done]

    assert failed == [False, False, True, False]
    assert [name for name, *_ in told(database)] == sorted([LEADER, OTHERS[0], OTHERS[2]])
