"""A few connections stay at hand between requests, and never more than leave others theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread

import pytest
from sqlalchemy import QueuePool, text

from checkout_service.domain.clock import SystemClock
from checkout_service.storage.database import Database, Transaction, make_engine
from checkout_service.storage.prepared import Prepared

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])

PROCESS = Prepared({"postgresql": text("SELECT pg_backend_pid()")})
IN_TRANSACTION = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")


class Ahead(SystemClock):
    """A clock that can be put ahead."""

    seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.seconds


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def four(database_url: str, clock: Ahead) -> Iterator[Database]:
    """A database whose pool has four connections."""
    engine = make_engine(database_url, pool_size=4)
    yield Database(engine, clock=clock)
    engine.dispose()


def lent(database: Database) -> int:
    assert isinstance(database.engine.pool, QueuePool)
    return database.engine.pool.checkedout()


def process_of(connection: Transaction) -> int:
    return int(PROCESS.rows(connection, {})[0][0])


def process(database: Database) -> int:
    with database.read() as connection:
        return process_of(connection)


def test_whoever_reads_next_has_the_connection_that_was_used_last(four: Database) -> None:
    assert process(four) == process(four)
    assert lent(four) == 1


def test_one_that_rested_is_tried_before_it_is_used_again(four: Database, clock: Ahead) -> None:
    before = process(four)
    outsider = make_engine(four.engine.url.render_as_string(hide_password=False))
    with outsider.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": before})
    outsider.dispose()
    clock.seconds = 6

    assert process(four) != before


def test_half_of_the_pool_is_left_to_transactions(four: Database) -> None:
    with ExitStack() as all_at_once:
        for _ in range(4):
            all_at_once.enter_context(four.read())
        assert lent(four) == 4

    assert lent(four) == 2


def test_whoever_waits_for_the_pool_is_given_what_was_at_hand(four: Database) -> None:
    with ExitStack() as at_hand:
        for _ in range(2):
            at_hand.enter_context(four.read())
    write = Thread(target=four.write, args=(process_of,))

    with ExitStack() as all_of_them:
        for _ in range(2):
            all_of_them.enter_context(four.engine.connect())
        with four.read(), four.read():
            write.start()
            write.join(0.2)
            assert write.is_alive()
        write.join(4)  # the pool gives up after five seconds
        assert not write.is_alive()


def test_what_is_kept_ends_with_its_engine(four: Database) -> None:
    before = process(four)
    four.engine.dispose()
    assert process(four) != before


def test_whoever_only_reads_begins_nothing_and_a_write_is_one_transaction(four: Database) -> None:
    with four.read() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        assert not connection.execute(IN_TRANSACTION).scalar_one()

    def written(connection: Transaction) -> bool:
        connection.execute(text("SELECT pg_current_xact_id()"))
        return bool(connection.execute(IN_TRANSACTION).scalar_one())

    assert four.write(written)
