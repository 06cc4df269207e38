"""A key is freed and finished by who holds it, soon after that is over, and by nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from checkout_service.domain.errors import DatabaseUnavailable, IdempotencyInProgress
from checkout_service.use_cases.checkout.free_later import THREAD, FreeLater
from checkout_service.use_cases.checkout.hold_idempotency import HoldIdempotency, Replay, Ticket
from tests.support.running_stack import until
from tests.support.stage import Stage, writing

SCOPE, KEY = "api /orders", "the-clients-own-key-2"
End = Callable[[HoldIdempotency, Ticket], None]


def frees(hold: HoldIdempotency, ticket: Ticket) -> None:
    hold.free(ticket)


def keeps(hold: HoldIdempotency, ticket: Ticket) -> None:
    hold.keep(ticket, 201, b"{}")


ENDS = pytest.mark.parametrize("end", [frees, keeps])


def begin(stage: Stage) -> Ticket | Replay:
    hold = stage.use_cases.hold_idempotency
    return hold.begin(scope=SCOPE, key=KEY, fingerprint="body")


def claim(stage: Stage) -> Ticket:
    ticket = begin(stage)
    assert isinstance(ticket, Ticket)
    return ticket


def is_free(stage: Stage) -> bool:
    with suppress(IdempotencyInProgress, DatabaseUnavailable):
        return isinstance(begin(stage), Ticket)
    return False


def is_held(stage: Stage) -> bool:
    with suppress(IdempotencyInProgress):
        begin(stage)
        return False
    return True


def late_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == THREAD]


def nobody_is_late() -> bool:
    return not late_threads()


@ENDS
def test_a_key_is_freed_once_the_database_is_back(stage_on: Stage, end: End) -> None:
    stage = stage_on
    ticket, began = claim(stage), stage.now
    stage.loses_database(writing("begins"), times=3)

    with pytest.raises(DatabaseUnavailable):
        end(stage.use_cases.hold_idempotency, ticket)

    until(lambda: is_free(stage), what="a key that is free")
    assert stage.now - began < 10_000


@ENDS
def test_who_took_longer_than_a_claim_leaves_it_to_who_took_over(stage_on: Stage, end: End) -> None:
    stage = stage_on
    late = claim(stage)
    stage.advance(61)
    claim(stage)

    end(stage.use_cases.hold_idempotency, late)

    assert is_held(stage)


@ENDS
def test_who_frees_it_after_an_outage_leaves_it_to_who_took_over(stage_on: Stage, end: End) -> None:
    stage = stage_on
    late = claim(stage)
    stage.advance(61)
    claim(stage)
    stage.loses_database(writing("begins"), times=1)

    with pytest.raises(DatabaseUnavailable):
        end(stage.use_cases.hold_idempotency, late)

    until(nobody_is_late, what="everything that was to be freed")
    assert is_held(stage)


@ENDS
def test_two_who_held_it_in_the_same_moment_are_told_apart(stage_on: Stage, end: End) -> None:
    stage = stage_on
    hold, first = stage.use_cases.hold_idempotency, claim(stage)
    hold.free(first)
    second = claim(stage)
    assert (first.nonce, first.claim.until) == (second.nonce, second.claim.until)

    end(hold, first)

    assert is_held(stage)


@ENDS
def test_who_took_longer_than_a_claim_ends_it_where_nobody_took_over(
    stage_on: Stage, end: End
) -> None:
    stage = stage_on
    late = claim(stage)
    stage.advance(61)

    end(stage.use_cases.hold_idempotency, late)

    assert isinstance(begin(stage), Replay if end is keeps else Ticket)


def test_an_answer_that_was_kept_after_all_stays(stage_on: Stage) -> None:
    stage = stage_on
    hold, ticket = stage.use_cases.hold_idempotency, claim(stage)
    stage.loses_database(writing("after"), times=1)  # the commit went through

    with pytest.raises(DatabaseUnavailable):
        keeps(hold, ticket)

    until(nobody_is_late, what="everything that was to be freed")
    assert isinstance(begin(stage), Replay)


@pytest.fixture
def _nobody_else() -> None:
    """What an earlier test left to be freed is freed."""
    until(nobody_is_late, what="everything that was to be freed")


class HeldUp:
    """A clock that stands still, and lets nobody go on before it is told to."""

    def __init__(self, now: int) -> None:
        self._now, self.goes_on = now, threading.Event()

    def now(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        self.goes_on.wait(60)


@pytest.mark.usefixtures("_nobody_else")
def test_however_many_keys_wait_for_the_database_one_thread_frees_them(stage: Stage) -> None:
    database, clock = stage.parts.database, HeldUp(stage.now)
    hold = HoldIdempotency(database, clock, FreeLater(database, clock))
    held = [hold.begin(scope=SCOPE, key=f"{KEY}{n}", fingerprint="") for n in range(20)]
    mend = stage.loses_database(writing("begins"))

    for ticket in held:
        assert isinstance(ticket, Ticket)
        with pytest.raises(DatabaseUnavailable):
            keeps(hold, ticket)
    waiting = late_threads()
    mend()
    clock.goes_on.set()

    assert len(waiting) == 1
    until(nobody_is_late, what="everything that was to be freed")
    for n in range(20):
        assert isinstance(hold.begin(scope=SCOPE, key=f"{KEY}{n}", fingerprint=""), Ticket)


@pytest.mark.usefixtures("_nobody_else")
def test_a_database_that_is_away_leaves_nothing_to_be_freed(stage: Stage) -> None:
    database, clock = stage.parts.database, HeldUp(stage.now)
    hold = HoldIdempotency(database, clock, FreeLater(database, clock))
    stage.loses_database(writing("begins"), times=1)

    with pytest.raises(DatabaseUnavailable):
        hold.begin(scope=SCOPE, key=KEY, fingerprint="")

    assert nobody_is_late()
