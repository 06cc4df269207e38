"""Laws 9, 10 and 12: one meaning a status, the same rules in and out, holds with evidence."""

from __future__ import annotations

import pytest

from checkout_service.domain.errors import MoneyInFlight, OpenedWrong
from checkout_service.domain.holds import NoSuchHold
from tests.support.stage import Bought, Stage
from tests.support.stage.catalog import catalog_text
from tests.support.stage.steps import writing

from .waiting import status

BILLING = {
    "payment_method_data[billing_details][email]": "buyer@example.com",
    "payment_method_data[billing_details][name]": "Buyer",
}


def waits(stage: Stage, kind: str, method: str) -> Bought:
    """An order whose buyer was shown a voucher or a bank account."""
    currency = {"konbini": "cloth-jpy", "customer_balance": "mug-eur"}[method]
    bought = stage.buys(currency, kind=kind)
    if kind == "checkout_session":
        stage.pays(bought, "voucher" if method == "customer_balance" else method)
    else:
        more = {"payment_method_data[type]": method} | BILLING
        stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/confirm", **more)
    return bought


@pytest.mark.parametrize("told", ["by webhook", "by a look"])
@pytest.mark.parametrize("method", ["konbini", "customer_balance"])
@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_a17_a_voucher_or_transfer_that_waits_is_money_in_flight(
    stage: Stage, kind: str, method: str, told: str
) -> None:
    bought = waits(stage, kind, method)
    if told == "by webhook":
        stage.delivers()
    stage.returns(bought)

    assert status(stage, bought) == "processing"
    again = stage.use_cases.start_intent if bought.intent else stage.use_cases.start_checkout
    with pytest.raises(MoneyInFlight):
        again.again(bought.order)


def test_a17_money_that_comes_in_at_last_settles_it(stage: Stage) -> None:
    bought = waits(stage, "payment_intent", "customer_balance")
    stage.returns(bought)
    stage.control("POST", f"payment_intents/{bought.intent}/settle", {"outcome": "succeeded"})
    stage.delivers()

    assert (status(stage, bought), stage.order(bought)["fulfilled"]) == ("paid", True)


def test_three_d_secure_is_the_buyers_own_step(stage: Stage) -> None:
    bought = stage.buys(kind="payment_intent")
    stage.pays(bought, "4000002500003155")
    stage.returns(bought)

    assert status(stage, bought) == "pending"
    assert stage.use_cases.start_intent.again(bought.order).id == bought.intent


@pytest.mark.parametrize("field", ["amount_total", "amount_subtotal", "currency", "mode"])
def test_a_session_that_opens_wrong_is_closed_and_nobody_is_sent_there(
    stage: Stage, field: str
) -> None:
    wrong = {"currency": "eur", "mode": "subscription"}.get(field, 1)
    rule = {"path": "/v1/checkout/sessions", "fields": {field: wrong}}
    stage.control("PUT", "faults", {"alter": [rule]})

    with pytest.raises(OpenedWrong):
        stage.buys()

    stage.control("DELETE", "faults")
    (session,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert session["status"] == "expired"


@pytest.mark.parametrize(
    "more",
    [
        "promotion_codes = true",
        "automatic_tax = true",
        'shipping_options = [{ name = "Post", currency = "usd", amount = 700 }]',
    ],
)
def test_what_may_be_added_is_no_reason_to_open_with_another_total(more: str) -> None:
    with Stage(catalog=catalog_text() + f"[checkout]\n{more}\n") as stage:
        rule = {"path": "/v1/checkout/sessions", "fields": {"amount_total": 1}}
        stage.control("PUT", "faults", {"alter": [rule]})

        with pytest.raises(OpenedWrong):
            stage.buys()

        stage.control("DELETE", "faults")
        (session,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]
        assert session["status"] == "expired"
        stage.pays(stage.buys())


def test_a_session_that_opens_wrong_while_stripe_goes_away_is_closed_by_the_sweep(
    stage: Stage,
) -> None:
    wrong = {"path": "/v1/checkout/sessions", "fields": {"client_reference_id": "other"}}
    away = {"method": "POST", "path": "/v1/checkout/sessions/", "kind": "reset", "probability": 1}
    stage.control("PUT", "faults", {"alter": [wrong], "api": [away]})
    with pytest.raises(OpenedWrong):
        stage.buys()
    stage.control("DELETE", "faults")

    stage.works(300)

    (session,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert session["status"] == "expired"


def test_every_session_says_its_currency(stage: Stage) -> None:
    stage.buys("mug-eur")
    (call,) = stage.writes("/v1/checkout/sessions")
    assert call.params["currency"] == "eur"


def test_a_hold_tells_what_was_expected_what_was_seen_and_by_which_event(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.events("checkout.session.completed")
    event["data"]["object"] |= {"amount_total": 1, "amount_subtotal": 1}

    stage.delivers(event)

    order = stage.order(bought)
    assert order["holds"] == ["amount_mismatch"]
    (hold,) = order["hold_details"]
    assert hold["expected"] == "25.00 USD"
    assert hold["seen"].startswith("0.01 USD")
    assert (hold["event"], hold["source"]) == (event["id"], "webhook")


def test_a_released_hold_gives_the_goods_only_if_the_money_is_still_there(
    stage_on: Stage,
) -> None:
    stage = stage_on
    orders = [stage.buys(), stage.buys()]
    for bought in orders:
        stage.pays(bought)
    for event in stage.events("checkout.session.completed"):
        event["data"]["object"] |= {"amount_total": 1, "amount_subtotal": 1}
        stage.delivers(event)
    stage.drops()
    kept, gone = orders
    session = stage.stripe("GET", f"/v1/checkout/sessions/{gone.session}")
    stage.stripe("POST", "/v1/refunds", payment_intent=session["payment_intent"])
    stage.drops()

    for bought in orders:
        stage.use_cases.release_hold.release(bought.order, "amount_mismatch", by="tests")

    assert stage.order(kept)["fulfilled"]
    assert not stage.order(gone)["fulfilled"]
    assert stage.order(gone)["holds"] == ["refunded_before_fulfilment"]


def test_of_two_who_release_a_hold_at_once_one_is_told_that_it_was_down(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.events("checkout.session.completed")
    event["data"]["object"] |= {"amount_total": 1, "amount_subtotal": 1}
    stage.delivers(event)
    stage.drops()
    ann, ben = (stage.replica(n).use_cases.release_hold for n in (1, 0))
    stage.meanwhile(
        writing("begins", replica=0),
        lambda: ann.release(bought.order, "amount_mismatch", by="ann"),
    )

    with pytest.raises(NoSuchHold, match="not held for amount mismatch, or not any more"):
        ben.release(bought.order, "amount_mismatch", by="ben")

    assert stage.order(bought)["fulfilled"]
