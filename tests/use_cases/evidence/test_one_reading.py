"""Laws 9, 10 and 12: one meaning a status, the same rules in and out, holds with evidence."""

from __future__ import annotations

import pytest

from checkout_service.domain.errors import MoneyInFlight, OpenedWrong
from tests.support.stage import Bought, Stage
from tests.support.stage.catalog import catalog_text

BILLING = {
    "payment_method_data[billing_details][email]": "buyer@example.com",
    "payment_method_data[billing_details][name]": "Buyer",
}


def status(stage: Stage, bought: Bought) -> str:
    word: str = stage.order(bought)["status"]
    return word


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
    assert hold["expected"] == "2500 usd"
    assert hold["seen"].startswith("1 usd")
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


# Disputes and refunds in every word: A13, A18, A19.


def disputed(stage: Stage, **body: object) -> tuple[Bought, str]:
    bought = stage.buys(quantity=4)
    paid = stage.pays(bought)
    stage.delivers()
    dispute = stage.control("POST", f"payment_intents/{paid['payment_intent']}/dispute", dict(body))
    stage.delivers()
    name: str = dispute["id"]
    return bought, name


def kinds(stage: Stage, bought: Bought) -> list[str]:
    return [m["kind"].removeprefix("order.") for m in stage.messages(bought)]


def test_a13_won_then_lost_is_followed_and_told(stage_on: Stage) -> None:
    stage = stage_on
    bought, dispute = disputed(stage)
    for word, expected in (("won", "paid"), ("lost", "charged_back")):
        stage.advance(60)
        stage.control("POST", f"disputes/{dispute}/close", {"status": word})
        stage.delivers()
        assert status(stage, bought) == expected

    told = ["paid", "disputed", "dispute_needs_response", "dispute_closed", "dispute_closed"]
    assert kinds(stage, bought) == told


def test_a_dispute_that_is_opened_again_is_told_each_time_it_opens_and_closes(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought, dispute = disputed(stage)
    for end in ("lost", "lost"):
        stage.advance(60)
        stage.control("POST", f"disputes/{dispute}/close", {"status": end})
        stage.delivers()
        stage.advance(60)
        stage.control("POST", f"disputes/{dispute}/update", {"status": "needs_response"})
        stage.delivers()

    closed = stage.messages(bought, "order.dispute_closed")
    assert len({message["id"] for message in closed}) == len(closed) == 2
    assert len(stage.messages(bought, "order.disputed")) == 3
    assert len(stage.messages(bought, "order.dispute_needs_response")) == 3


def test_a13_a_prevented_dispute_is_closed(stage: Stage) -> None:
    bought, dispute = disputed(stage)
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute}/close", {"status": "prevented"})
    stage.delivers()

    assert status(stage, bought) == "paid"
    assert kinds(stage, bought)[-1] == "dispute_closed"


def test_a13_an_inquiry_with_a_deadline_is_told(stage: Stage) -> None:
    bought, dispute = disputed(stage, reason="inquiry", due_by=864_000)

    (message,) = stage.messages(bought, "order.dispute_needs_response")
    told = message["body"]["data"]["dispute"]
    assert (told["id"], told["kind"], told["amount"]) == (dispute, "inquiry", 10_000)
    assert told["due_by"] is not None
    assert status(stage, bought) == "paid"
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute}/close", {"status": "warning_closed"})
    stage.delivers()
    assert kinds(stage, bought)[-1] == "dispute_closed"


def test_a19_a_lost_dispute_of_a_part_leaves_the_rest_paid(stage: Stage) -> None:
    bought, dispute = disputed(stage, amount=100)
    stage.advance(60)
    stage.control("POST", f"disputes/{dispute}/close", {"status": "lost"})
    stage.delivers()

    order = stage.order(bought)
    assert (order["status"], order["amount_charged_back"]) == ("paid", 100)


def test_a18_a_refund_that_is_asked_for_is_not_yet_done(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    stage.pays(bought, "4000000000007726")  # its refund waits, then succeeds
    stage.delivers()
    stage.refunds(bought)
    stage.delivers()
    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("paid", 0)
    assert [refund["status"] for refund in order["refunds"]] == ["pending"]
    assert kinds(stage, bought) == ["paid", "refund_pending"]

    stage.advance(300)
    stage.delivers()

    assert (status(stage, bought), stage.order(bought)["amount_refunded"]) == ("refunded", 2500)
    assert kinds(stage, bought) == ["paid", "refund_pending", "refunded"]


def test_a_disputed_charge_is_not_refunded_and_stripe_is_not_asked(stage: Stage) -> None:
    bought, _ = disputed(stage)
    stage.forget_calls()
    with pytest.raises(Exception, match="disputed"):
        stage.refunds(bought)
    assert stage.writes() == []


def test_a_payment_that_stripe_will_not_refund_is_looked_at(stage: Stage) -> None:
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.delivers()
    stage.stripe("POST", "/v1/refunds", payment_intent=paid["payment_intent"])
    stage.drops()

    with pytest.raises(Exception, match="refund"):
        stage.refunds(bought)
    stage.sweeps()

    assert status(stage, bought) == "refunded"


def test_what_becomes_of_a_second_payment_is_told_as_well(stage: Stage) -> None:
    """Its amounts are not the order's; its refund, and the deadline of its dispute, are news."""
    stage.make_link("print")
    bought = stage.link_order("print")
    stage.pays(bought)
    second = stage.pays(bought)["payment_intent"]
    stage.delivers()
    assert stage.order(bought)["holds"] == ["duplicate_payment"]

    stage.refunds(bought, 1000, payment_intent=second)
    stage.control("POST", f"payment_intents/{second}/dispute", {"reason": "inquiry"})
    stage.delivers()

    told = kinds(stage, bought)
    assert told[-2:] == ["refunded", "dispute_needs_response"]
    (message,) = stage.messages(bought, "order.refunded")
    assert message["body"]["data"]["refund"]["payment_intent"] == second
    assert stage.order(bought)["amount_refunded"] == 0
