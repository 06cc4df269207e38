"""Held money that is captured: all or a part of it, and what is refused."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR, SECOND
from checkout_service.domain.errors import NotFound, OrderPaid, RefundTooLarge
from checkout_service.domain.held_money_errors import CaptureRefused, CaptureTooLarge, NotAuthorized
from tests.support.stage import Stage

from .on_a_card import CAPTURE, at_stripe, authorized, flows, kinds, put


@flows
def test_a_capture_of_all_pays_and_fulfils(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    answer = stage.captures(bought)
    stage.delivers()

    assert (answer.status, answer.fulfilled, answer.amount_paid) == ("paid", True, 5000)
    order = stage.order(bought)
    assert (order["status"], order["holds"], order["amount_capturable"]) == ("paid", [], 0)
    assert order["capture_before"] is None
    assert kinds(stage, bought).count("order.paid") == 1


@flows
def test_a_capture_of_a_part_makes_the_terms_follow(stage_on: Stage, flow: str) -> None:
    stage = stage_on
    bought = authorized(stage, flow)

    stage.captures(bought, 3000)
    stage.delivers()
    stage.works(2 * DAY / SECOND, every=6 * HOUR / SECOND)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert (order["amount_paid"], order["amount_refunded"]) == (3000, 0)
    assert at_stripe(stage, bought)["amount_received"] == 3000
    assert [k for k in kinds(stage, bought) if "refund" in k] == []


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_a_part_captured_at_stripe_itself_is_taken_as_it_is(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = authorized(stage, flow)
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", f"/v1/payment_intents/{intent}/capture", amount_to_capture=1200)
    if told:
        stage.delivers()
    else:
        stage.drops()
        stage.works(HOUR / SECOND, every=300)
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 1200)
    assert order["holds"] == []


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_a_part_captured_before_we_heard_of_anything_is_not_a_part_refunded(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = put(stage, flow)
    stage.pays(bought)
    intent = stage.stripe("GET", "/v1/payment_intents")["data"][0]["id"]
    stage.stripe("POST", f"/v1/payment_intents/{intent}/capture", amount_to_capture=1200)
    if told:
        stage.delivers()
    else:
        stage.drops()
    stage.works(HOUR / SECOND, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert (order["amount_paid"], order["amount_refunded"]) == (1200, 0)
    assert "order.refunded" not in kinds(stage, bought)


@flows
def test_a_part_that_was_captured_is_refunded_no_further_than_that(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    stage.captures(bought, 3000)
    stage.delivers()

    with pytest.raises(RefundTooLarge):
        stage.refunds(bought, 3001)
    stage.refunds(bought, 2000)
    stage.delivers()
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("partially_refunded", 2000)
    assert kinds(stage, bought).count("order.refunded") == 1


def test_a_refund_as_large_as_what_was_let_go_is_still_a_refund(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    stage.captures(bought, 3000)
    stage.delivers()
    stage.advance(60)
    intent = stage.order(bought)["payment_intent"]

    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=2000)
    stage.delivers()
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("partially_refunded", 2000)


def test_a_capture_finds_an_authorisation_whose_news_is_still_on_its_way(stage: Stage) -> None:
    bought = put(stage, "checkout_session")
    stage.pays(bought)

    assert stage.captures(bought).status == "paid"


# Refused.


def test_what_is_not_authorised_is_not_captured_and_the_reason_is_told(stage: Stage) -> None:
    unpaid = put(stage, "payment_intent")
    paid = stage.prices(flow="payment_intent")
    stage.pays(paid)
    stage.delivers()

    for refused, why in ((unpaid, NotAuthorized), (paid, OrderPaid)):
        with pytest.raises(why):
            stage.captures(refused)
        with pytest.raises(why):
            stage.voids(refused)
    with pytest.raises(NotFound):
        stage.captures("ord_nothing")
    assert stage.writes(CAPTURE) == []


@flows
def test_more_than_is_authorised_is_refused_without_a_call(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    with pytest.raises(CaptureTooLarge, match=r"50\.00 USD"):
        stage.captures(bought, 5001)

    assert stage.writes(CAPTURE) == []
    assert stage.order(bought)["amount_capturable"] == 5000


def test_a_second_capture_is_told_that_the_order_is_paid(stage: Stage) -> None:
    bought = authorized(stage, "checkout_session")
    stage.captures(bought, 1000)

    with pytest.raises(OrderPaid):
        stage.captures(bought, 1000)
    with pytest.raises(OrderPaid):
        stage.voids(bought)


def test_stripes_own_refusal_of_a_capture_is_passed_on(stage: Stage) -> None:
    bought = authorized(stage, "payment_intent")
    name = str(bought.intent)
    intent = stage.side.world.store.get(name) or {}
    stage.side.world.store.put(intent | {"amount_capturable": 4000})

    with pytest.raises(CaptureRefused) as refusal:
        stage.captures(bought, 5000, nonce="first")

    assert refusal.value.stripe_code == "amount_too_large"
    assert stage.captures(bought, 4000).amount_paid == 4000
