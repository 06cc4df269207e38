"""A sale is tried with its very statements, leaves nothing behind, and gives up soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import func, select, text

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage.database import POOL_SIZE, Database, make_engine
from checkout_service.storage.tables import bookmarks, metadata
from checkout_service.storage.trial import try_sale
from checkout_service.use_cases.doctor.check_readiness import CheckReadiness
from tests.support.running_stack import until
from tests.support.stage.clock import VirtualClock
from tests.support.stage.engines import head

NOW = 1_800_000_000_000


def counts(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table is not bookmarks
        }


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold a lock as a migration or a hung client may: on the whole file, or on the orders."""
    other = make_engine(database.engine.url.render_as_string(hide_password=False))
    with other.connect() as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(text("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"))
        yield
    other.dispose()


def test_a_sale_that_was_tried_leaves_one_bookmark_and_nothing_else(database: Database) -> None:
    for now in (NOW, NOW + 1):
        try_sale(database, now=now)

    assert set(counts(database).values()) == {0}
    with database.read() as connection:
        assert connection.execute(select(bookmarks.c.position)).scalar_one() == NOW + 1


def test_a_lock_is_told_within_seconds_and_forgotten_when_it_is_gone(database: Database) -> None:
    began = time.monotonic()

    with locked(database), pytest.raises(DatabaseUnavailable):
        try_sale(database, now=NOW)

    assert time.monotonic() - began < 4
    try_sale(database, now=NOW)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_readiness_is_red_while_nothing_can_be_written_and_green_again(database: Database) -> None:
    clock = VirtualClock()
    readiness = CheckReadiness(database, head(), clock)
    assert readiness.check() == []

    with locked(database):
        assert readiness.check() == []  # looked at a moment ago: many ask, one writes
        clock.at += 2_000
        # On a busy machine its time may be over before SQLite says why.
        assert readiness.check() in (["database is locked"], ["database does not answer"])

    clock.at += 2_000
    assert readiness.check() == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_who_asks_while_others_wait_for_readiness_waits_no_longer_than_they(
    database: Database,
) -> None:
    readiness = CheckReadiness(database, head())
    with ExitStack() as held:
        for _ in range(POOL_SIZE):
            held.enter_context(database.read())
        assert readiness.check() == ["database does not answer"]
        began = time.monotonic()

        assert readiness.check() == ["database does not answer"]
        assert time.monotonic() - began < 2
    until(lambda: readiness.check() == [], what="a database that is ready")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_file_that_may_only_be_read_is_told(database: Database) -> None:
    with database.read() as connection:
        connection.execute(text("PRAGMA query_only=ON"))

    with pytest.raises(DatabaseUnavailable):
        try_sale(database, now=NOW)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_database_that_only_reads_is_told_and_found_again(database: Database) -> None:
    """A standby, or the primary of before a failover; connections to it are given up."""
    name = database.engine.url.database
    other = make_engine(database.engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:  # one that was here before
        only_reads = text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        connection.execute(only_reads)
        connection.commit()
        with pytest.raises(DatabaseUnavailable):
            try_sale(database, now=NOW)
        connection.execute(text(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'))
        connection.commit()
    try_sale(database, now=NOW)
    other.dispose()
