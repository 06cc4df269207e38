"""Concurrent is not simultaneous: who decides by a look waits for the one that is under way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checkout_service.domain.errors import MoneyInFlight, OrderPaid
from checkout_service.domain.order.cart import Cart, CartItem
from tests.support.stage import Bought, Killed, Stage, calling
from tests.use_cases.evidence.test_a_price_that_changes import confirms_transfer
from tests.use_cases.evidence.waiting import SEPA_LATE

KINDS = ("checkout_session", "payment_intent")


def while_somebody_looks(stage: Stage, bought: Bought, act: Callable[[], object]) -> None:
    """Act on another replica while one has the right to look, and no answer of Stripe's yet."""
    stage.meanwhile(calling("GET", f"/{bought.id}", replica=0), act)
    stage.advance(60)
    stage.returns(bought)


def on_its_way(stage: Stage, kind: str) -> Bought:
    """An order whose money is on its way, of which nothing has told us yet."""
    bought = stage.buys("mug-eur", kind=kind)
    if kind == "payment_intent":
        confirms_transfer(stage, bought)
    else:
        stage.pays(bought, SEPA_LATE)
    stage.drops()
    return bought


def starts_over(stage: Stage, bought: Bought, quantity: int | None = None) -> None:
    verbs = stage.replica(1).use_cases
    if bought.intent is None:
        verbs.start_checkout.again(bought.order)
        return
    cart = Cart(items=[CartItem("mug-eur", quantity)]) if quantity else None
    verbs.start_intent.again(bought.order, cart)


@pytest.mark.parametrize("dies", [False, True], ids=["and goes on", "and dies"])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_asked_to_pay_again_for_what_somebody_else_looks_up(
    stage_on: Stage, kind: str, *, dies: bool
) -> None:
    """Seed 73721: the sweep had begun to look, and the buyer got the page that was paid."""
    stage = stage_on
    bought = on_its_way(stage, kind)

    def again() -> None:
        with pytest.raises(MoneyInFlight):
            starts_over(stage, bought)
        if dies:
            stage.kill()
            raise Killed

    if dies:
        with pytest.raises(Killed):
            while_somebody_looks(stage, bought, again)
    else:
        while_somebody_looks(stage, bought, again)
        assert stage.order(bought)["status"] == "processing"


def test_money_that_somebody_else_looks_up_is_not_priced_anew(stage_on: Stage) -> None:
    stage = stage_on
    bought = on_its_way(stage, "payment_intent")
    before = stage.stripe("GET", f"/v1/payment_intents/{bought.intent}")["amount"]

    def again() -> None:
        with pytest.raises(MoneyInFlight):
            starts_over(stage, bought, 3)

    while_somebody_looks(stage, bought, again)

    assert stage.stripe("GET", f"/v1/payment_intents/{bought.intent}")["amount"] == before


@pytest.mark.parametrize("kind", KINDS)
def test_money_that_somebody_else_looks_up_is_not_canceled(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = on_its_way(stage, kind)

    def cancel() -> None:
        with pytest.raises(MoneyInFlight):
            stage.cancels(bought, by=1)

    while_somebody_looks(stage, bought, cancel)

    assert stage.order(bought)["status"] == "processing"
    if bought.intent is not None:
        stage.control("POST", f"payment_intents/{bought.intent}/settle", {"outcome": "succeeded"})
        stage.delivers()
        assert (stage.order(bought)["status"], stage.order(bought)["holds"]) == ("paid", [])


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_is_paid_while_somebody_looks_is_not_canceled(
    stage_on: Stage, kind: str
) -> None:
    """Their answer is from before the payment: it is no answer to this question."""
    stage = stage_on
    bought = stage.buys(kind=kind)

    def cancel() -> None:
        stage.pays(bought)
        stage.drops()
        with pytest.raises(OrderPaid):
            stage.cancels(bought, by=1)

    stage.meanwhile(calling("GET", f"/{bought.id}", moment="after", replica=0), cancel)
    stage.advance(60)
    stage.returns(bought)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


@pytest.mark.parametrize("verb", ["captures", "voids"])
@pytest.mark.parametrize("kind", KINDS)
def test_held_money_that_somebody_else_looks_up_can_be_taken_and_let_go(
    stage_on: Stage, kind: str, verb: str
) -> None:
    stage = stage_on
    bought = stage.prices(5000, kind, capture="manual")
    stage.pays(bought)
    stage.drops()
    answers = []

    while_somebody_looks(
        stage, bought, lambda: answers.append(getattr(stage, verb)(bought, by=1).status)
    )

    assert answers == ["paid" if verb == "captures" else "canceled"]
    assert stage.order(bought)["status"] == answers[0]
