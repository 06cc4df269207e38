"""A look and its first read of Stripe are taken together, or neither is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, select, text, update

from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.look_turns import LookTurn, NoRead, take_look_and_read
from checkout_service.storage.read_budget import book_read, pace_of
from checkout_service.storage.tables import orders, read_budgets
from tests.support.running_stack import until

from .pending import NOW, ORDER, write_order


class SentAway(Exception):
    """No read was to be had, so nothing is kept."""


# SQLite has one writer.
POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"])


@pytest.fixture
def shop(database: Database) -> Database:
    database.write(write_order)
    return database


def take(database: Database, *, at: int = NOW, ahead: int = 0) -> LookTurn | None:
    pace = pace_of(now=at, per_second=15, urgent=True, ahead=ahead)

    def both(connection: object) -> LookTurn | None:
        taken = take_look_and_read(
            connection,  # type: ignore[arg-type]
            ORDER,
            now=at,
            for_ms=2_000,
            window_ms=2_000,
            pace=pace,
        )
        if isinstance(taken, NoRead):
            raise SentAway
        return taken

    return database.write_at_once(both)


def lease(database: Database) -> int | None:
    with database.read() as connection:
        found: int | None = connection.execute(select(orders.c.look_lease_until)).scalar()
    return found


def free_at(database: Database) -> int | None:
    with database.read() as connection:
        found: int | None = connection.execute(select(read_budgets.c.free_at)).scalar()
    return found


def test_both_are_taken_the_very_first_time_and_later(shop: Database) -> None:
    assert take(shop) == LookTurn(requests=0, version=None, wait=0)
    version = None if shop.is_sqlite else 0
    assert take(shop, at=NOW + 5_000) == LookTurn(requests=0, version=version, wait=0)

    assert lease(shop) == NOW + 5_000 + 2_000
    assert free_at(shop) == NOW + 5_000 + 100


def test_whoever_finds_no_read_takes_no_look(shop: Database) -> None:
    booked = True
    while booked:
        booked, _ = shop.write(lambda c: book_read(c, now=NOW, per_second=15, urgent=True))

    with pytest.raises(SentAway):
        take(shop)

    assert lease(shop) is None


def test_whoever_finds_a_look_under_way_books_no_read(shop: Database) -> None:
    take(shop)
    before = free_at(shop)

    assert take(shop, at=NOW + 1_000) is None
    assert free_at(shop) == before


def test_of_many_at_once_one_looks_and_one_read_is_booked(shop: Database) -> None:
    shop.write(lambda c: book_read(c, now=NOW - 60_000, per_second=15, urgent=True))

    with ThreadPoolExecutor(4) as crowd:
        taken = list(crowd.map(lambda _: take(shop), range(12)))

    assert sum(one is not None for one in taken) == 1
    assert free_at(shop) == NOW + 100


@contextmanager
def somebody_settling(shop: Database, url: str) -> Iterator[Connection]:
    """Hold the order as whoever settles it does, with another version on the way."""
    take(shop, at=NOW - 60_000)
    other = make_engine(url)
    with other.begin() as settling:
        settling.execute(update(orders).values(version=orders.c.version + 1))
        yield settling
    other.dispose()


def somebody_waits(database: Database) -> bool:
    """True if PostgreSQL has somebody wait for what another holds in this database."""
    query = (
        "SELECT count(*) > 0 FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with database.read() as connection:
        return bool(connection.execute(text(query)).scalar_one())


@POSTGRESQL
def test_a_page_that_polls_waits_for_nobody_who_settles(shop: Database, database_url: str) -> None:
    with somebody_settling(shop, database_url):
        before = free_at(shop)

        assert take(shop) is None
        assert free_at(shop) == before


@POSTGRESQL
def test_a_buyer_who_is_back_waits_for_whoever_settles(shop: Database, database_url: str) -> None:
    with ThreadPoolExecutor(1) as buyer:
        with somebody_settling(shop, database_url):
            taken = buyer.submit(take, shop, ahead=300)
            until(lambda: taken.done() or somebody_waits(shop), what="a buyer who waits")
            assert not taken.done()
            assert free_at(shop) == NOW - 60_000 + 100  # nobody waits with a turn in hand

        assert taken.result() == LookTurn(requests=0, version=1, wait=0)
