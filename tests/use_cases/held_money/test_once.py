"""Held money is taken or let go once, whatever happens in between."""

from __future__ import annotations

from contextlib import suppress

import pytest

from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND
from checkout_service.domain.errors import CheckoutError, OrderPaid, StripeUnavailable
from checkout_service.domain.held_money_errors import CaptureInProgress
from tests.support.stage import Killed, Stage, calling, writing

from .on_a_card import CANCEL, CAPTURE, FAULTS, at_stripe, authorized, fails, flows, mends


@flows
@pytest.mark.parametrize("kind", FAULTS)
def test_a_capture_whose_answer_was_lost_is_found(stage_on: Stage, flow: str, kind: str) -> None:
    stage = stage_on
    bought = authorized(stage, flow)
    fails(stage, kind)
    with pytest.raises(StripeUnavailable):
        stage.captures(bought, 3000, nonce="one")
    mends(stage)
    stage.drops()

    stage.works(HOUR / SECOND, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 3000)
    assert stage.captures(bought, 3000, nonce="one").amount_paid == 3000


@flows
def test_a_capture_that_never_reached_stripe_is_made_by_the_sweep(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    mend = stage.cuts(calling("POST", CAPTURE), times=None)
    with pytest.raises(StripeUnavailable):
        stage.captures(bought, 3000, nonce="one")
    mend()

    stage.works(2 * HOUR / SECOND, every=300)

    assert stage.order(bought)["amount_paid"] == 3000
    assert at_stripe(stage, bought)["amount_received"] == 3000


def test_while_a_captures_outcome_is_unknown_nothing_else_is_begun(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    mend = stage.cuts(calling("POST", CAPTURE), times=None)
    with pytest.raises(StripeUnavailable):
        stage.captures(bought, 3000)
    mend()

    with pytest.raises(CaptureInProgress):
        stage.captures(bought, 2000)
    with pytest.raises(CaptureInProgress):
        stage.voids(bought)
    assert stage.captures(bought, 3000).amount_paid == 3000


@flows
def test_two_who_capture_at_once_make_one_capture(stage_on: Stage, flow: str) -> None:
    stage = stage_on
    bought = authorized(stage, flow)

    def rival() -> None:
        with suppress(CheckoutError):
            stage.captures(bought, 3000, by=1)

    stage.meanwhile(calling("POST", CAPTURE, replica=0), rival)

    answer = stage.captures(bought, 3000)

    assert (answer.status, answer.amount_paid) == ("paid", 3000)
    assert at_stripe(stage, bought)["amount_received"] == 3000


@flows
def test_a_void_that_meets_a_capture_leaves_one_of_them(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    def rival() -> None:
        with suppress(CheckoutError):
            stage.captures(bought, by=1)

    stage.meanwhile(calling("POST", CANCEL, replica=0), rival)

    stage.voids(bought)
    stage.delivers()

    assert stage.order(bought)["status"] == "canceled"
    assert at_stripe(stage, bought)["status"] == "canceled"


def test_a_void_that_comes_after_a_capture_at_stripe_tells_of_it(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/capture")
    stage.drops()

    with pytest.raises(OrderPaid):
        stage.voids(bought)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


def test_a_killed_process_leaves_a_capture_that_the_next_one_finishes(stage: Stage) -> None:
    bought = authorized(stage, "checkout_session")
    stage.kills(calling("POST", CAPTURE, moment="after"))
    with pytest.raises(Killed):
        stage.captures(bought, 3000, nonce="one")
    stage.restart()
    stage.drops()

    stage.works(10 * MINUTE / SECOND)

    assert stage.order(bought)["amount_paid"] == 3000
    assert stage.captures(bought, 3000, nonce="one").status == "paid"


@flows
def test_the_same_key_is_the_same_capture_for_ever(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    stage.captures(bought, 3000, nonce="one")
    stage.forget_calls()
    stage.advance(4 * DAY / SECOND)

    assert stage.captures(bought, 3000, nonce="one").amount_paid == 3000
    assert stage.calls(containing=CAPTURE) == []


@flows
@pytest.mark.parametrize("verb", ["captures", "voids"])
@pytest.mark.parametrize("answered", [True, False], ids=["at once", "by the sweep"])
def test_who_joined_what_was_under_way_may_ask_again_under_the_same_key(
    stage_on: Stage, flow: str, verb: str, *, answered: bool
) -> None:
    """Seed 71467: the second key was told that it was done, and then that it could not be."""
    stage = stage_on
    bought = authorized(stage, flow)
    ask, path = getattr(stage, verb), CAPTURE if verb == "captures" else CANCEL
    mend = stage.cuts(calling("POST", path), times=None)
    for nonce in ("one", "two") if not answered else ("one",):
        with pytest.raises(StripeUnavailable):
            ask(bought, nonce=nonce)
    mend()
    if answered:
        ask(bought, nonce="two")
    else:
        stage.works(2 * HOUR / SECOND, every=300)
    stage.forget_calls()

    answers = [ask(bought, nonce=nonce) for nonce in ("one", "two")]

    done = ("paid", 5000) if verb == "captures" else ("canceled", 0)
    assert [(answer.status, answer.amount_paid) for answer in answers] == [done, done]
    assert stage.writes(path) == []


@flows
@pytest.mark.parametrize("verb", ["captures", "voids"])
def test_a_process_that_dies_before_it_tells_of_what_was_done_leaves_that_to_the_next(
    stage_on: Stage, flow: str, verb: str
) -> None:
    stage = stage_on
    bought = authorized(stage, flow)
    ask, path = getattr(stage, verb), CAPTURE if verb == "captures" else CANCEL
    stage.meanwhile(calling("POST", path, moment="after"), lambda: stage.kills(writing("after")))
    with pytest.raises(Killed):
        ask(bought, nonce="one")
    stage.restart()
    stage.drops()

    answer = ask(bought, nonce="one")

    done = ("paid", 5000) if verb == "captures" else ("canceled", 0)
    assert (answer.status, answer.amount_paid) == done
    assert len(stage.writes(path)) == 1
