"""What the simulation found (docs/proof.md), each as the shortest story that tells of it."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR
from checkout_service.domain.errors import OrderCanceled
from tests.support.stage import Stage, calling, writing

SEPA_FAILS = "AT861904300235473202"
SEPA_LATE = "AT321904300235473204"


def test_what_happened_after_a_first_sweep_that_found_nothing_is_read_however_late(
    stage_on: Stage,
) -> None:
    """Seed 51: nothing to read yet, then nobody swept for ten days, and webhooks were lost."""
    stage = stage_on
    stage.sweeps()
    bought = stage.buys()
    stage.advance(10 * DAY / 1000)
    stage.drops()

    stage.sweeps()

    found = stage.use_cases.read_events.page(order_id=bought.order).events
    assert "checkout.session.expired" in [event.type for event in found]
    assert stage.order(bought)["status"] == "expired"


@pytest.mark.parametrize("first", [SEPA_FAILS, None], ids=["failed", "lapsed"])
def test_a_link_paid_after_its_order_had_ended_unpaid_is_told_to_the_buyer_who_comes_back(
    stage_on: Stage, first: str | None
) -> None:
    """Seed 584: the first try failed; the buyer paid again, came back, and was told "failed"."""
    stage = stage_on
    stage.make_link("mug")
    bought = stage.link_order("mug")
    reference = str(bought.reference)
    if first is not None:
        failed = stage.pays(bought, first)
        stage.advance(HOUR / 1000)
        stage.polls(reference, failed["id"])
    else:
        stage.works(3 * DAY / 1000, every=6 * HOUR / 1000)
    assert stage.order(bought)["status"] == ("failed" if first else "expired")

    stage.advance(10)
    paid = stage.pays(bought)
    stage.drops()
    answer = stage.polls(reference, paid["id"])

    assert (answer.order.status, answer.order.fulfilled) == ("paid", True)


def test_who_asks_again_and_again_for_an_order_that_failed_does_not_wear_stripe_out(
    stage: Stage,
) -> None:
    stage.make_link("mug")
    bought = stage.link_order("mug")
    failed = stage.pays(bought, SEPA_FAILS)
    stage.advance(HOUR / 1000)
    stage.polls(str(bought.reference), failed["id"])
    stage.forget_calls()

    for _ in range(5):
        stage.advance(60)
        stage.polls(str(bought.reference), failed["id"])

    assert stage.reads() == []


def test_a_dispute_that_is_opened_anew_within_the_second_of_a_look_is_looked_at_again(
    stage_on: Stage,
) -> None:
    """Seed 4 of disputes, webhooks alone: lost, seen by a look, then under review at once."""
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought)
    intent = stage.stripe("GET", f"/v1/checkout/sessions/{bought.session}")["payment_intent"]
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute", {})["id"]
    stage.control("POST", f"disputes/{dispute}/close", {"status": "lost"})
    stage.returns(bought)
    assert stage.order(bought)["status"] == "charged_back"

    stage.control("POST", f"disputes/{dispute}/update", {"status": "under_review"})
    stage.delivers()
    stage.works(60)

    assert stage.order(bought)["status"] == "disputed"


def test_a_session_that_was_opened_while_the_merchant_canceled_is_closed_too(stage: Stage) -> None:
    """Seed 8313: the old session was closed, the cancel not yet written, and another opened."""
    bought = stage.buys(nonce="the-button")
    stage.meanwhile(
        calling("POST", "/expire", moment="after"), lambda: stage.buys(nonce="the-button", by=1)
    )

    assert stage.cancels(bought).status == "canceled"

    sessions = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert [session["status"] for session in sessions] == ["expired", "expired"]


@pytest.mark.parametrize("when", ["before it is drafted", "while Stripe opens it"])
def test_an_order_canceled_while_its_buyer_starts_over_stays_closed_at_stripe(
    stage: Stage, when: str
) -> None:
    """Seeds 611 and 621: another session was open at Stripe on an order that was canceled."""
    bought = stage.buys()
    stage.control("POST", f"checkout/sessions/{bought.session}/expire")
    stage.sweeps()
    stage.returns(bought)
    opening = calling("POST", "/v1/checkout/sessions", moment="after")
    moment = writing("begins", replica=0) if when == "before it is drafted" else opening
    stage.meanwhile(moment, lambda: stage.cancels(bought, by=1))

    with pytest.raises(OrderCanceled):
        stage.use_cases.start_checkout.again(bought.order)

    sessions = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert {session["status"] for session in sessions} == {"expired"}
    assert stage.order(bought)["status"] == "canceled"


def test_an_intent_that_stripe_canceled_stays_so_whatever_our_clock_says_of_when(
    stage_on: Stage,
) -> None:
    """Seed 20784042, webhooks alone: a clock went 290 s back, so the end seemed older than all."""
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/cancel")

    stage.delivers("payment_intent.canceled", created=stage.now // 1000 - 290)

    assert stage.order(bought)["status"] == "failed"


def test_a_sale_of_a_link_of_which_only_a_doorbell_tells_is_found_by_its_link(
    stage_on: Stage,
) -> None:
    """Seed 20784032, webhooks alone: the order knows no session yet that could be looked at."""
    stage = stage_on
    stage.make_link("mug")
    bought = stage.link_order("mug")
    stage.pays(bought)

    stage.delivers(at_version="2020-08-27")
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"]) == ("paid", True)


@pytest.mark.parametrize("hours", [1, 30])
@pytest.mark.parametrize("kind", ["payment_intent", "checkout_session"])
def test_what_a_replica_saw_with_a_clock_that_was_ahead_outranks_no_look(
    stage_on: Stage, kind: str, hours: int
) -> None:
    """Seed 2082: opened ahead of time, then money on its way was called unpaid for as long."""
    stage = stage_on
    stage.clock.at += hours * HOUR
    bought = stage.buys("mug-eur", kind=kind)
    stage.clock.at -= hours * HOUR
    stage.pays(bought, SEPA_LATE)
    stage.drops()

    stage.returns(bought)

    assert stage.order(bought)["status"] == "processing"


@pytest.mark.parametrize("kind", ["rate_limit", "error_500", "reset"])
def test_who_pays_by_transfer_while_a_cancel_is_asked_again_is_not_canceled(
    stage_on: Stage, kind: str
) -> None:
    """Seed 3053: nobody paid for a day, the first cancel failed, and then somebody did pay."""
    stage = stage_on
    bought = stage.buys("mug-eur", kind="payment_intent")
    away = {"method": "POST", "path": "/v1/payment_intents/", "kind": kind, "probability": 1}
    stage.control("PUT", "faults", {"api": [away]})
    stage.advance(DAY / 1000)
    stage.sweeps()
    stage.control("DELETE", "faults")
    transfer = {
        "payment_method_data[type]": "customer_balance",
        "payment_method_data[billing_details][email]": "buyer@example.com",
        "payment_method_data[billing_details][name]": "Buyer",
    }
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/confirm", **transfer)

    stage.works(HOUR / 1000, every=600)

    assert stage.order(bought)["status"] == "processing"
    stage.control("POST", f"payment_intents/{bought.intent}/settle", {"outcome": "succeeded"})
    stage.delivers()
    assert (stage.order(bought)["status"], stage.order(bought)["fulfilled"]) == ("paid", True)
