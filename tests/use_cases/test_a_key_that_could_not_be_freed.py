"""A key whose holder lives is not held for as long as that of one that died."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest

from checkout_service.domain.errors import DatabaseUnavailable, IdempotencyInProgress
from checkout_service.storage import idempotency
from checkout_service.use_cases.checkout.hold_idempotency import Replay, Ticket
from tests.support.running_stack import until
from tests.support.stage import Stage, writing

SCOPE, KEY = "api /orders", "the-clients-own-key-2"


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


@pytest.mark.parametrize("answered", [True, False], ids=["with an answer", "without one"])
def test_a_key_is_freed_once_the_database_is_back(stage_on: Stage, *, answered: bool) -> None:
    stage = stage_on
    hold, ticket, began = stage.use_cases.hold_idempotency, claim(stage), stage.now
    stage.loses_database(writing("begins"), times=3)

    finish = partial(hold.keep, ticket, 201, b"{}") if answered else partial(hold.free, ticket)
    with pytest.raises(DatabaseUnavailable):
        finish()

    until(lambda: is_free(stage), what="a key that is free")
    assert stage.now - began < 10_000


def test_who_claimed_it_meanwhile_keeps_it(stage_on: Stage) -> None:
    stage = stage_on
    late = claim(stage)
    stage.advance(61)
    claim(stage)

    stage.parts.database.write(lambda c: idempotency.free(c, SCOPE, KEY, late.until))

    assert not is_free(stage)


def test_an_answer_that_was_kept_after_all_stays(stage_on: Stage) -> None:
    stage = stage_on
    ticket = claim(stage)
    stage.use_cases.hold_idempotency.keep(ticket, 201, b"{}")

    stage.parts.database.write(lambda c: idempotency.free(c, SCOPE, KEY, ticket.until))

    assert isinstance(begin(stage), Replay)
