"""Law 5: writes of money are looked for before they are repeated. Stories A1 and A2, and others."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from checkout_service.domain.clock import DAY, HOUR, MINUTE
from checkout_service.domain.errors import CheckoutError, RefundTooLarge, StripeUnavailable
from tests.support.stage import Bought, Killed, Stage, calling

_REFUNDS = "/v1/refunds"
FAULTS = ("commit_then_500", "commit_then_reset")


def paid(stage: Stage, quantity: int = 4) -> Bought:
    """An order of 10,000 that is paid and fulfilled."""
    bought = stage.buys(quantity=quantity)
    stage.pays(bought)
    stage.delivers()
    return bought


def refunds_of(stage: Stage, bought: Bought) -> list[Any]:
    intent = stage.order(bought)["payment_intent"]
    found: list[Any] = stage.stripe("GET", "/v1/refunds", payment_intent=intent)["data"]
    return found


def fails(stage: Stage, kind: str, path: str = _REFUNDS) -> None:
    rule = {"method": "POST", "path": path, "kind": kind, "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})


def mends(stage: Stage) -> None:
    stage.control("DELETE", "faults")


@pytest.mark.parametrize("kind", FAULTS)
def test_a1_a_refund_whose_answer_was_lost_is_made_once_however_late_it_is_asked_again(
    stage_on: Stage, kind: str
) -> None:
    stage = stage_on
    bought = paid(stage)
    fails(stage, kind)
    for _ in range(3):
        with suppress(StripeUnavailable):
            stage.refunds(bought, 2500, nonce="refund")
    mends(stage)
    stage.drops()  # and no webhook tells of it

    stage.advance(25 * HOUR / 1000)
    stage.sweeps()

    assert [refund["amount"] for refund in refunds_of(stage, bought)] == [2500]
    assert stage.order(bought)["amount_refunded"] == 2500


@pytest.mark.parametrize("told", [True, False], ids=["told by webhook", "told by nobody"])
def test_a1_what_may_be_refunded_already_is_subtracted_once(stage_on: Stage, *, told: bool) -> None:
    stage = stage_on
    bought = paid(stage)
    fails(stage, "commit_then_reset")
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 2500, nonce="refund")
    mends(stage)
    if told:
        stage.delivers()
    else:
        stage.drops()

    with pytest.raises(RefundTooLarge):
        stage.refunds(bought, 7501, nonce="too much")
    stage.refunds(bought, 6000, nonce="another")

    assert sorted(refund["amount"] for refund in refunds_of(stage, bought)) == [2500, 6000]


@pytest.mark.parametrize("kind", FAULTS)
def test_a2_a_client_that_repeats_its_request_a_day_later_gets_the_first_ones_answer(
    stage_on: Stage, kind: str
) -> None:
    stage = stage_on
    bought = paid(stage)
    fails(stage, kind)
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 2500, nonce="refund")
    mends(stage)
    stage.advance(25 * HOUR / 1000)

    answer = stage.refunds(bought, 2500, nonce="refund")

    (refund,) = refunds_of(stage, bought)
    assert answer.id == refund["id"]
    assert stage.refunds(bought, 2500, nonce="refund").id == refund["id"]


def test_a_refund_that_was_never_made_is_made_by_the_sweep_once(stage_on: Stage) -> None:
    stage = stage_on
    bought = paid(stage)
    mend = stage.cuts(calling("POST", _REFUNDS), times=None)
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 2500, nonce="refund")
    mend()

    stage.works(2 * HOUR / 1000, every=300)

    assert [refund["amount"] for refund in refunds_of(stage, bought)] == [2500]
    assert stage.order(bought)["amount_refunded"] == 2500


def test_two_who_finish_a_refund_at_once_make_one(stage_on: Stage) -> None:
    stage = stage_on
    bought = paid(stage)
    fails(stage, "commit_then_500")
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 2500, nonce="refund")
    mends(stage)
    stage.advance(25 * HOUR / 1000)
    stage.meanwhile(calling("GET", _REFUNDS), lambda: stage.sweeps(by=1))

    stage.refunds(bought, 2500, nonce="refund")

    assert len(refunds_of(stage, bought)) == 1


def test_a_list_that_lags_behind_makes_no_second_refund(stage_on: Stage) -> None:
    stage = stage_on
    bought = paid(stage)
    lag = {"method": "GET", "path": _REFUNDS, "kind": "stale_list", "seconds": 120}
    lost = {"method": "POST", "path": _REFUNDS, "kind": "commit_then_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [lag | {"probability": 1}, lost]})
    stage.drops()
    for _ in range(12):
        with suppress(CheckoutError):
            stage.refunds(bought, 2500, nonce="refund")
        stage.drops()
        stage.advance(20)
    mends(stage)

    stage.refunds(bought, 2500, nonce="refund")

    assert len(refunds_of(stage, bought)) == 1


def test_a_killed_process_leaves_a_refund_that_the_next_one_finds(stage_on: Stage) -> None:
    stage = stage_on
    bought = paid(stage)
    stage.kills(calling("POST", _REFUNDS, moment="after"))
    with pytest.raises(Killed):
        stage.refunds(bought, 2500, nonce="refund")
    stage.restart()
    stage.drops()

    stage.works(10 * MINUTE / 1000)

    assert len(refunds_of(stage, bought)) == 1
    assert stage.order(bought)["amount_refunded"] == 2500


def test_a_cancel_whose_answer_was_lost_ends_canceled(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    fails(stage, "commit_then_reset", "/v1/checkout/sessions/")
    with pytest.raises(StripeUnavailable):
        stage.cancels(bought)
    mends(stage)
    stage.drops()

    stage.works(10 * MINUTE / 1000)

    assert stage.order(bought)["status"] == "canceled"
    assert stage.messages(bought)[-1]["kind"] == "order.canceled"


@pytest.mark.parametrize("days", [0, 2])
def test_an_intents_cancel_whose_answer_was_lost_ends_canceled(stage_on: Stage, days: int) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    fails(stage, "commit_then_500", "/v1/payment_intents/")
    with pytest.raises(StripeUnavailable):
        stage.cancels(bought)
    mends(stage)
    stage.drops()
    stage.advance(days * DAY / 1000)

    stage.works(20 * MINUTE / 1000)

    assert stage.order(bought)["status"] == "canceled"


@pytest.mark.parametrize("way", ["cancel", "expire"])
def test_a_closing_that_stripe_did_not_do_is_done_at_the_next_try(stage: Stage, way: str) -> None:
    """Stripe repeats a 500 under its key for a day; the session shows that it is still open."""
    bought = stage.buys()

    def close() -> None:
        if way == "cancel":
            stage.cancels(bought)
        else:
            stage.use_cases.expire_session.expire(str(bought.session))

    fails(stage, "error_500", "/v1/checkout/sessions/")
    with pytest.raises(StripeUnavailable):
        close()
    mends(stage)

    close()

    session = stage.stripe("GET", f"/v1/checkout/sessions/{bought.session}")
    assert session["status"] == "expired"
    keys = [call.key for call in stage.writes("/expire")]
    assert keys[-1] != keys[0]
