"""What goes back of a subscription's later payments is told, and changes nothing of its order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from checkout_service.domain.views.disputes import DisputeStage
from checkout_service.stripe_gateway.event_kinds import TYPES
from tests.support.stage import Bought, Stage
from tests.support.stage.catalog import catalog_text

MONTH = 31 * 86_400
REFUNDED, FAILED = "subscription.refunded", "subscription.refund_failed"
DISPUTED, CLOSED = "subscription.disputed", "subscription.dispute_closed"
YEARBOOK = """
[[products]]
id = "yearbook"
name = "Yearbook"
[[products.prices]]
id = "yearbook-monthly"
currency = "eur"
unit_amount = 900
recurring = { interval = "month" }
"""


@pytest.fixture
def stage() -> Any:
    with Stage(catalog=YEARBOOK + catalog_text()) as opened:
        yield opened


def renews(stage: Stage) -> tuple[Bought, dict[str, Any]]:
    """Have somebody subscribe, and let a month go by; return the invoice with its intent."""
    bought = stage.buys("yearbook-monthly")
    session = stage.pays(bought)
    tells(stage)
    stage.works(120)
    stage.advance(MONTH)
    tells(stage)
    stage.works(120)
    page = stage.stripe("GET", "/v1/invoices", subscription=session["subscription"])
    invoice = page["data"][0]
    assert invoice["billing_reason"] == "subscription_cycle"
    paid = stage.stripe("GET", "/v1/invoice_payments", invoice=invoice["id"])["data"][0]
    stage.forget_calls()
    return bought, invoice | {"intent": paid["payment"]["payment_intent"]}


def tells(stage: Stage, *, times: int = 1) -> None:
    """Hand over the events that an endpoint asks for, and forget the others."""
    stage.delivers(*TYPES, times=times)
    stage.drops()


def told(stage: Stage, bought: Bought, kind: str) -> list[dict[str, Any]]:
    return [message["body"]["data"] for message in stage.messages(bought, kind)]


def asked(stage: Stage) -> int:
    """Count how often Stripe was asked what a payment pays for."""
    reads = stage.reads("/v1/invoice_payments")
    return sum("payment[payment_intent]" in call.params for call in reads)


@pytest.mark.parametrize("door", ["webhook", "sweep"])
def test_a_refund_of_a_renewal_is_told_once_with_its_invoice(stage: Stage, door: str) -> None:
    bought, invoice = renews(stage)
    before = stage.order(bought)
    refund = stage.stripe("POST", "/v1/refunds", payment_intent=invoice["intent"], amount=400)
    if door == "webhook":
        tells(stage, times=2)
    else:
        stage.drops()
    stage.works(600)

    (data,) = told(stage, bought, REFUNDED)
    assert data["refund"] == {
        "id": refund["id"], "amount": 400, "currency": "eur", "status": "succeeded",
        "payment_intent": invoice["intent"],
    }  # fmt: skip
    assert data["invoice"] == {
        "id": invoice["id"], "amount_due": 900, "amount_paid": 900, "currency": "eur",
    }  # fmt: skip
    assert data["subscription"]["status"] == "active"
    assert told(stage, bought, "order.refunded") == []
    after = stage.order(bought)
    assert [one["id"] for one in after["refunds"]] == [refund["id"]]
    same = ("status", "amount_paid", "amount_refunded", "fulfilled", "holds")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert asked(stage) == 1


def test_a_refund_that_bounces_is_taken_back(stage: Stage) -> None:
    bought, invoice = renews(stage)
    refund = stage.stripe("POST", "/v1/refunds", payment_intent=invoice["intent"])
    tells(stage)
    stage.works(120)
    stage.control("POST", f"refunds/{refund['id']}/fail")
    tells(stage, times=2)
    stage.works(120)

    assert len(told(stage, bought, REFUNDED)) == 1
    (data,) = told(stage, bought, FAILED)
    assert data["refund"]["status"] == "failed"
    assert asked(stage) == 1


def test_a_dispute_of_a_renewal_is_told_and_stands_in_the_list(stage: Stage) -> None:
    bought, invoice = renews(stage)
    path = f"payment_intents/{invoice['intent']}/dispute"
    dispute = stage.control("POST", path, {"reason": "subscription_canceled"})
    tells(stage, times=2)
    stage.works(120)

    (data,) = told(stage, bought, DISPUTED)
    assert (data["dispute"]["id"], data["dispute"]["kind"]) == (dispute["id"], "dispute")
    assert data["dispute"]["due_by"] is not None
    assert data["invoice"]["id"] == invoice["id"]
    (listed,) = stage.use_cases.admin.disputes.page(DisputeStage.TO_ANSWER, limit=9).disputes
    assert (listed.id, listed.order_id) == (dispute["id"], bought.order)
    assert stage.order(bought)["status"] == "paid"

    stage.control("POST", f"disputes/{dispute['id']}/close", {"status": "lost"})
    tells(stage, times=2)
    stage.works(120)

    (data,) = told(stage, bought, CLOSED)
    assert data["dispute"]["status"] == "lost"
    assert len(told(stage, bought, DISPUTED)) == 1
    for kind in ("order.disputed", "order.dispute_needs_response", "order.dispute_closed"):
        assert told(stage, bought, kind) == []
    order = stage.order(bought)
    assert (order["status"], order["amount_charged_back"]) == ("paid", 0)
    assert asked(stage) == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_news_of_two_refunds_in_any_order_is_told_of_each_once(stage: Stage, seed: int) -> None:
    bought, invoice = renews(stage)
    for amount in (100, 200):
        stage.stripe("POST", "/v1/refunds", payment_intent=invoice["intent"], amount=amount)
    events = stage.events(*TYPES)
    dice = random.Random(seed)
    for event in dice.sample(events, len(events)):
        stage.delivers(event)
        if dice.random() < 0.5:
            stage.works(120)
    stage.drops()
    stage.works(600)

    amounts = sorted(data["refund"]["amount"] for data in told(stage, bought, REFUNDED))
    assert amounts == [100, 200]


def test_the_first_payments_refund_is_the_orders_own(stage: Stage) -> None:
    bought, _ = renews(stage)
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", "/v1/refunds", payment_intent=intent)
    tells(stage)
    stage.works(120)

    assert len(told(stage, bought, "order.refunded")) == 1
    assert told(stage, bought, REFUNDED) == []
    assert stage.order(bought)["status"] == "refunded"
    assert asked(stage) == 0


def refund_of_another_shop(stage: Stage) -> None:
    params = {"amount": 700, "currency": "eur", "confirm": "true", "payment_method": "pm_card_visa"}
    intent = stage.stripe("POST", "/v1/payment_intents", **params, return_url="https://a.test/")
    for amount in (100, 200):
        stage.stripe("POST", "/v1/refunds", payment_intent=intent["id"], amount=amount)
    tells(stage)
    stage.works(7200, every=300)


def test_another_shops_refunds_cost_one_read_a_payment(stage: Stage) -> None:
    renews(stage)

    refund_of_another_shop(stage)

    assert asked(stage) == 1


def test_a_shop_without_subscriptions_never_asks(stage: Stage) -> None:
    refund_of_another_shop(stage)

    assert asked(stage) == 0


def test_a_stripe_that_does_not_answer_is_asked_again(stage: Stage) -> None:
    bought, invoice = renews(stage)
    rule = {"method": "GET", "path": "/v1/invoice_payments", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})
    stage.stripe("POST", "/v1/refunds", payment_intent=invoice["intent"])
    tells(stage)
    stage.works(180)
    assert told(stage, bought, REFUNDED) == []

    stage.control("DELETE", "faults")
    stage.works(1200)

    assert len(told(stage, bought, REFUNDED)) == 1
