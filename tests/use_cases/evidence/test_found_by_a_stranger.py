"""What somebody found who knew the contract and the laws, not the code."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import HOUR
from checkout_service.domain.errors import MoneyInFlight, StripeUnavailable
from tests.support.stage import GOOD, Bought, Stage

LISTS_LAG = {
    "method": "GET",
    "path": "/v1/refunds",
    "kind": "stale_list",
    "probability": 1,
    "seconds": 200_000,
}
COMMITS_THEN_FAILS = {
    "method": "POST",
    "path": "/v1/refunds",
    "kind": "commit_then_500",
    "probability": 1,
}
AWAITED = {
    "transfer": {"payment_method_data[type]": "customer_balance"},
    "voucher": {
        "payment_method_data[type]": "konbini",
        "payment_method_data[billing_details][email]": "buyer@example.com",
        "payment_method_data[billing_details][name]": "Buyer",
    },
}


def test_a_refund_that_an_event_told_of_is_known_however_long_lists_lag(stage_on: Stage) -> None:
    """Law 5: its answer was lost, its event came, and a day later it was made once more."""
    stage = stage_on
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.delivers()
    stage.control("PUT", "faults", {"api": [COMMITS_THEN_FAILS, LISTS_LAG]})
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 1000, nonce="r1")
    stage.control("PUT", "faults", {"api": [LISTS_LAG]})
    stage.delivers()

    stage.works(25 * HOUR / 1000, every=1800)
    again = stage.refunds(bought, 1000, nonce="r1")

    stage.control("DELETE", "faults")
    (only,) = stage.stripe("GET", "/v1/refunds", payment_intent=paid["payment_intent"])["data"]
    assert again.id == only["id"]
    assert stage.order(bought)["amount_refunded"] == 1000


@pytest.mark.parametrize("how", AWAITED)
def test_money_on_its_way_is_not_canceled_though_nothing_told_of_it(stage: Stage, how: str) -> None:
    """Law 9: Stripe lets such an intent go, so that only a look can tell."""
    price = "mug-eur" if how == "transfer" else "cloth-jpy"
    bought = stage.buys(price, kind="payment_intent")
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/confirm", **AWAITED[how])
    stage.drops()

    with pytest.raises(MoneyInFlight):
        stage.cancels(bought)

    intent = stage.stripe("GET", f"/v1/payment_intents/{bought.intent}")
    assert (intent["status"], stage.order(bought)["status"]) == ("requires_action", "processing")


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_what_is_still_payable_of_an_order_that_is_paid_otherwise_is_closed(
    stage_on: Stage, kind: str
) -> None:
    """A payment made by hand for the order was released; its own session stayed open."""
    stage = stage_on
    bought = stage.buys(kind=kind)
    by_hand = _pays_by_hand(stage, bought)
    stage.delivers()
    assert stage.order(bought)["holds"] == ["wrong_reference"]

    stage.use_cases.release_hold.release(bought.order, "wrong_reference", by="tests")
    stage.works(600)

    assert stage.order(bought)["status"] == "paid"
    own = f"/v1/checkout/sessions/{bought.session}"
    if kind == "payment_intent":
        own = f"/v1/payment_intents/{bought.intent}"
    assert stage.stripe("GET", own)["status"] in ("expired", "canceled")
    assert stage.stripe("GET", f"/v1/checkout/sessions/{by_hand}")["status"] == "complete"


def _pays_by_hand(stage: Stage, bought: Bought) -> str:
    item = "line_items[0][price_data]"
    made = stage.stripe(
        "POST",
        "/v1/checkout/sessions",
        **{
            "mode": "payment",
            "success_url": "https://shop.test/back",
            f"{item}[currency]": "usd",
            f"{item}[unit_amount]": 2500,
            f"{item}[product_data][name]": "Poster",
            "line_items[0][quantity]": 1,
            "metadata[order_id]": bought.order,
            "client_reference_id": bought.order,
        },
    )
    stage.control("POST", f"checkout/sessions/{made['id']}/pay", {"payment_method": GOOD})
    name: str = made["id"]
    return name


def test_a_refund_that_is_refused_long_after_it_was_asked_for_leaves_a_line(stage: Stage) -> None:
    """Whoever asked was told to come back, and may never do so."""
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.delivers()
    away = {"method": "POST", "path": "/v1/refunds", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [away]})
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 1000, nonce="r1")
    stage.control("DELETE", "faults")
    stage.control("POST", f"payment_intents/{paid['payment_intent']}/dispute", {})

    stage.works(25 * HOUR / 1000, every=1800)

    (line,) = [t for t in stage.order(bought)["trail"] if "refused" in str(t["reason"])]
    assert line["reason"] == "refund of 10.00 USD refused: charge_disputed"
    assert line["source"] == "sweep"
