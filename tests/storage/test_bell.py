"""Whoever sends hears at once of a message that was written, where the database can tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from checkout_service.storage import bell
from checkout_service.storage.database import Database, Transaction, make_engine
from tests.support import pgbouncer

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])

LONG = 60.0  # seconds; the machine may be busy
Listen = Callable[[str], threading.Semaphore]


def owe(connection: Transaction) -> None:
    bell.note_message(connection)


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Begin to listen in a thread; what is lent counts what was heard."""
    told_to_stop = threading.Event()
    with ExitStack() as after:

        def begin(url: str) -> threading.Semaphore:
            engine, heard = make_engine(url), threading.Semaphore(0)
            thread = threading.Thread(
                target=bell.listen, args=(engine, heard.release, lambda: not told_to_stop.is_set())
            )
            thread.start()
            after.callback(engine.dispose)
            after.callback(thread.join, LONG)
            return heard

        yield begin
        told_to_stop.set()


@pytest.fixture
def writer(database_url: str) -> Iterator[Database]:
    engine = make_engine(database_url)
    yield Database(engine, rings=True)
    engine.dispose()


def test_a_committed_message_is_heard_and_other_writes_are_not(
    writer: Database, listen: Listen, database_url: str
) -> None:
    heard = listen(database_url)
    assert heard.acquire(timeout=LONG)  # it listens, and looks once for what came before

    writer.write(lambda c: c.execute(text("DELETE FROM leases")))
    writer.write_at_once(lambda c: c.execute(text("DELETE FROM leases")))
    assert not heard.acquire(timeout=0.5)

    writer.write(owe)
    assert heard.acquire(timeout=LONG)
    writer.write_at_once(owe)
    assert heard.acquire(timeout=LONG)


def test_a_listener_whose_connection_was_cut_listens_again(
    writer: Database, listen: Listen, database_url: str
) -> None:
    heard = listen(database_url)
    assert heard.acquire(timeout=LONG)

    with writer.read() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
        assert connection.execute(text(cut)).scalar_one()
    assert heard.acquire(timeout=LONG)

    writer.write(owe)
    assert heard.acquire(timeout=LONG)


def test_a_writer_does_not_wait_for_a_bell_that_cannot_ring(
    writer: Database, database_url: str
) -> None:
    def owe_twice(connection: Transaction) -> int:
        owe(connection)
        return int(connection.execute(text("SELECT 7")).scalar_one())

    with ExitStack() as stack:
        for _ in range(writer.engine.pool.size() - 1):  # type: ignore[attr-defined]
            stack.enter_context(writer.engine.connect())
        assert writer.write(owe_twice) == 7
        assert writer.write(owe_twice) == 7


@pytest.mark.skipif(pgbouncer.PROGRAM is None, reason=pgbouncer.WHY_NOT)
def test_behind_a_pooler_nobody_listens(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "checkout_service")
    with pgbouncer.pooled(database_url) as url:
        engine = make_engine(url)
        bell.listen(engine, lambda: pytest.fail("nothing can be heard"), lambda: True)
        engine.dispose()

    assert "messages.polled" in caplog.messages
