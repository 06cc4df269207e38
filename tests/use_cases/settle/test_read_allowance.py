"""Reads of Stripe are booked in turn: a crowd is sent away at once and starves nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from checkout_service.domain.clock import SystemClock
from checkout_service.domain.errors import ReadsSpent
from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.watch import Write
from checkout_service.use_cases.settle.read_allowance import ReadAllowance

PER_SECOND = 15


@pytest.fixture
def reads(database_url: str) -> Iterator[ReadAllowance]:
    engine = make_engine(database_url, pool_size=20)
    yield ReadAllowance(Database(engine), SystemClock(), PER_SECOND)
    engine.dispose()


def takes(reads: ReadAllowance, urgent: bool) -> float | None:
    """Take a read; give when it started, or None when it was sent away."""
    try:
        reads.take(urgent)
    except ReadsSpent:
        return None
    return time.monotonic()


def test_a_crowd_gets_its_turns_and_the_rest_is_sent_away_at_once(reads: ReadAllowance) -> None:
    start = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        turns = list(pool.map(lambda _: takes(reads, True), range(100)))

    granted = sorted(turn for turn in turns if turn is not None)
    assert 1 <= len(granted) < 100
    for turn in granted:
        assert sum(turn <= other < turn + 1 for other in granted) <= PER_SECOND
    assert time.monotonic() - start < 15


def test_buyers_cannot_starve_the_sweep(reads: ReadAllowance) -> None:
    ends = time.monotonic() + 4

    def crowd(_: int) -> None:
        while time.monotonic() < ends:
            takes(reads, True)
            time.sleep(0.02)

    with ThreadPoolExecutor(8) as pool:
        waiting = pool.map(crowd, range(8))
        time.sleep(0.3)
        start = time.monotonic()
        assert takes(reads, False) is not None
        took = time.monotonic() - start
        list(waiting)

    assert took < 2.5, took


def test_who_is_told_of_a_booking_may_book_as_well(database_url: str) -> None:
    """A story has another process read while this one writes its turn down, in one thread."""
    engine, booked = make_engine(database_url), list[float | None]()

    def watch(write: Write) -> None:
        if write is Write.BEGINS and not booked:
            booked.append(None)
            booked.append(takes(allowance, False))

    allowance = ReadAllowance(Database(engine, watch=watch), SystemClock(), PER_SECOND)
    teller = threading.Thread(target=takes, args=(allowance, False), daemon=True)
    teller.start()
    teller.join(60)

    assert not teller.is_alive()
    assert booked[1] is not None
    engine.dispose()


def test_a_read_booked_before_is_not_paid_again(reads: ReadAllowance) -> None:
    reads.database.write(reads.book)
    before = _free_at(reads)

    with reads.booked(reads.clock.now()):
        assert takes(reads, True) is not None

    assert _free_at(reads) == before
    assert takes(reads, True) is not None
    assert _free_at(reads) != before


def test_for_a_turn_that_passed_another_is_booked(reads: ReadAllowance) -> None:
    reads.database.write(reads.book)
    before = _free_at(reads)

    with reads.booked(reads.clock.now() - 500):
        assert takes(reads, True) is not None

    assert _free_at(reads) != before


class LateClock(SystemClock):
    """A machine so busy that half a second goes by whenever somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    def now(self) -> int:
        return super().now() + self.lost

    def sleep(self, seconds: float) -> None:
        self.lost += int(seconds * 1000) + 500


def test_a_read_that_meets_none_of_its_turns_is_not_made(reads: ReadAllowance) -> None:
    assert takes(replace(reads, clock=LateClock()), True) is None


def _free_at(reads: ReadAllowance) -> int | None:
    with reads.database.read() as connection:
        found: int | None = connection.exec_driver_sql("SELECT free_at FROM read_budgets").scalar()
    return found
