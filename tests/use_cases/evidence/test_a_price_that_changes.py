"""Law 5 for a changed cart: new terms are written before Stripe is asked for their amount.

Whichever of them Stripe holds is what the buyer is asked for, so it is what stands.
"""

from __future__ import annotations

import pytest

from checkout_service.domain.errors import MoneyInFlight, OrderPaid, StripeUnavailable
from checkout_service.domain.order.cart import Cart, CartItem
from tests.support.stage import Bought, Killed, Stage, calling

from .waiting import WAYS, hears, reads_of

_INTENTS = "/v1/payment_intents"
LOST = ("commit_then_500", "commit_then_reset")


def wants(stage: Stage, bought: Bought, quantity: int, price: str = "poster-usd") -> None:
    """Change the cart of an intent's order."""
    stage.use_cases.start_intent.again(bought.order, Cart(items=[CartItem(price, quantity)]))


def fails(stage: Stage, kind: str) -> None:
    rule = {"method": "POST", "path": _INTENTS, "kind": kind, "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})


def mends(stage: Stage) -> None:
    stage.control("DELETE", "faults")


def dies_with_the_answer(stage: Stage, bought: Bought, quantity: int) -> None:
    """Change the cart; Stripe does it, and the process that asked dies before it hears so."""
    stage.kills(calling("POST", _INTENTS, moment="after"))
    with pytest.raises(Killed):
        wants(stage, bought, quantity)
    stage.restart()


def shown(stage: Stage, bought: Bought) -> tuple[int, int, list[str]]:
    order = stage.order(bought)
    return order["amount_total"], order["items"][0]["quantity"], order["holds"]


@pytest.mark.parametrize("kind", LOST)
def test_a_change_whose_answer_was_lost_is_looked_for_before_anybody_is_told(
    stage_on: Stage, kind: str
) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    fails(stage, kind)

    wants(stage, bought, 3)

    assert shown(stage, bought) == (7500, 3, [])


@pytest.mark.parametrize("by", WAYS)
def test_who_pays_a_changed_amount_whose_answer_was_lost_is_not_held(
    stage_on: Stage, by: str
) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    dies_with_the_answer(stage, bought, 3)
    assert shown(stage, bought) == (2500, 1, [])

    stage.pays(bought)
    hears(stage, bought, by)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 7500)
    assert shown(stage, bought) == (7500, 3, [])


def test_who_pays_the_old_amount_because_stripe_never_heard_of_the_new_one_gets_the_old_cart(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    fails(stage, "error_500")
    with pytest.raises(StripeUnavailable):
        wants(stage, bought, 3)
    mends(stage)

    stage.pays(bought)
    stage.delivers()

    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (2500, 1, [])


@pytest.mark.parametrize("kind", LOST)
def test_the_sweep_tells_of_a_changed_amount_before_it_is_paid(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    fails(stage, kind)
    stage.cuts(calling("GET", _INTENTS, nth=2))
    with pytest.raises(StripeUnavailable):
        wants(stage, bought, 3)
    mends(stage)
    assert shown(stage, bought) == (2500, 1, [])

    stage.advance(1)
    stage.sweeps()

    assert shown(stage, bought) == (7500, 3, [])
    costs = [entry["reason"] for entry in stage.order(bought)["trail"]]
    assert "costs 75.00 USD now" in costs


def test_of_two_changes_whose_answers_were_lost_the_one_that_stripe_shows_is_paid(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    dies_with_the_answer(stage, bought, 3)
    dies_with_the_answer(stage, bought, 2)
    stage.stripe("POST", f"{_INTENTS}/{bought.intent}", amount=7500)  # they overtook each other

    stage.pays(bought)
    stage.delivers()

    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (7500, 3, [])


def test_who_takes_a_change_back_whose_answer_was_lost_is_asked_for_the_old_amount(
    stage_on: Stage,
) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    dies_with_the_answer(stage, bought, 3)

    wants(stage, bought, 1)

    assert stage.stripe("GET", f"{_INTENTS}/{bought.intent}")["amount"] == 2500
    assert shown(stage, bought) == (2500, 1, [])


def test_an_amount_that_nobody_offered_is_held_after_a_change_too(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    dies_with_the_answer(stage, bought, 3)
    stage.stripe("POST", f"{_INTENTS}/{bought.intent}", amount=2600)

    stage.pays(bought)
    stage.delivers()

    assert not stage.order(bought)["fulfilled"]
    assert stage.order(bought)["holds"] == ["amount_mismatch"]


def test_a_change_that_meets_a_payment_changes_nothing(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    stage.meanwhile(calling("POST", f"{_INTENTS}/{bought.intent}"), lambda: stage.pays(bought))

    with pytest.raises(OrderPaid):
        wants(stage, bought, 3)

    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (2500, 1, [])


def confirms_transfer(stage: Stage, bought: Bought) -> None:
    """Choose a bank transfer, which is awaited from then on; the buyer is told of the amount."""
    transfer = {
        "payment_method_data[type]": "customer_balance",
        "payment_method_data[billing_details][email]": "buyer@example.com",
        "payment_method_data[billing_details][name]": "Buyer",
    }
    stage.stripe("POST", f"{_INTENTS}/{bought.intent}/confirm", **transfer)


@pytest.mark.parametrize("when", ["after a look", "looked up often", "after a look that failed"])
def test_money_that_is_awaited_is_not_priced_anew(stage_on: Stage, when: str) -> None:
    """Whatever we knew: what Stripe answers to the change tells that the buyer was quicker."""
    stage = stage_on
    bought = stage.buys("mug-eur", kind="payment_intent")
    before = shown(stage, bought)
    if when == "after a look":
        change = calling("POST", f"{_INTENTS}/{bought.intent}")
        stage.meanwhile(change, lambda: confirms_transfer(stage, bought))
    elif when == "looked up often":  # and answered from memory for minutes
        while reads_of(stage, bought) < 20:
            stage.advance(60)
            stage.returns(bought)
        confirms_transfer(stage, bought)
    else:
        confirms_transfer(stage, bought)
        mend = stage.cuts(calling("GET"), times=None)
        stage.returns(bought)
        mend()

    with pytest.raises(MoneyInFlight):
        wants(stage, bought, 3, "mug-eur")

    assert stage.stripe("GET", f"{_INTENTS}/{bought.intent}")["amount"] == before[0]
    assert stage.order(bought)["status"] == "processing"
    stage.control("POST", f"payment_intents/{bought.intent}/settle", {"outcome": "succeeded"})
    stage.delivers()
    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == before
