"""Law 5 for a session whose items change: new terms are written before Stripe is asked for them."""

from __future__ import annotations

import pytest

from checkout_service.domain.errors import (
    InvalidInput,
    MoneyInFlight,
    OpenedWrong,
    OrderPaid,
    SessionClosed,
    StripeUnavailable,
)
from checkout_service.domain.order.cart import Cart, CartItem
from tests.support.stage import Bought, Killed, Stage, calling
from tests.support.stage.steps import Moment

from .waiting import WAYS, hears

_SESSIONS = "/v1/checkout/sessions"
IBAN = "AT611904300234573201"


def wants(stage: Stage, bought: Bought, quantity: int, price: str = "poster-usd") -> None:
    """Change the items of a session."""
    cart = Cart(items=[CartItem(price, quantity)])
    stage.use_cases.update_items.update(str(bought.session), cart)


def at(bought: Bought) -> str:
    return f"{_SESSIONS}/{bought.session}"


def shown(stage: Stage, bought: Bought) -> tuple[int, int, list[str]]:
    order = stage.order(bought)
    return order["amount_total"], order["items"][0]["quantity"], order["holds"]


def dies_with_the_answer(stage: Stage, bought: Bought, quantity: int) -> None:
    """Change the items; Stripe does it, and the process that asked dies before it hears so."""
    stage.kills(calling("POST", at(bought), moment="after"))
    with pytest.raises(Killed):
        wants(stage, bought, quantity)
    stage.restart()


@pytest.mark.parametrize("ui_mode", ["elements", "form"])
def test_what_is_paid_after_a_change_is_the_new_cart(stage_on: Stage, ui_mode: str) -> None:
    stage = stage_on
    bought = stage.buys(ui_mode=ui_mode)

    wants(stage, bought, 3)
    stage.pays(bought)
    stage.delivers()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 7500)
    assert shown(stage, bought) == (7500, 3, [])


@pytest.mark.parametrize("by", WAYS)
def test_who_pays_changed_items_whose_answer_was_lost_is_not_held(stage_on: Stage, by: str) -> None:
    stage = stage_on
    bought = stage.buys(ui_mode="elements")
    dies_with_the_answer(stage, bought, 3)
    assert shown(stage, bought) == (2500, 1, [])

    stage.pays(bought)
    hears(stage, bought, by)

    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (7500, 3, [])


@pytest.mark.parametrize("kind", ["commit_then_500", "commit_then_reset"])
def test_a_lost_answer_is_looked_for_before_anybody_is_told(stage: Stage, kind: str) -> None:
    bought = stage.buys(ui_mode="elements")
    rule = {"method": "POST", "path": at(bought), "kind": kind, "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})

    wants(stage, bought, 3)

    assert shown(stage, bought) == (7500, 3, [])


def test_who_pays_the_old_items_because_stripe_never_heard_of_the_new_ones_gets_those(
    stage: Stage,
) -> None:
    bought = stage.buys(ui_mode="elements")
    rule = {"method": "POST", "path": at(bought), "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})
    with pytest.raises(StripeUnavailable):
        wants(stage, bought, 3)
    stage.control("DELETE", "faults")

    stage.pays(bought)
    stage.delivers()

    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (2500, 1, [])


def test_another_session_of_the_order_sells_what_was_agreed_last(stage: Stage) -> None:
    bought = stage.buys(ui_mode="elements")
    wants(stage, bought, 3)
    stage.use_cases.expire_session.expire(str(bought.session))

    again = stage.use_cases.start_checkout.again(bought.order)
    stage.pays(again.id)
    stage.delivers()

    assert again.id != bought.session
    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (7500, 3, [])


def test_a_change_that_meets_a_payment_changes_nothing(stage: Stage) -> None:
    bought = stage.buys(ui_mode="elements")
    stage.meanwhile(calling("POST", at(bought)), lambda: stage.pays(bought))

    with pytest.raises(OrderPaid):
        wants(stage, bought, 3)

    assert stage.order(bought)["fulfilled"]
    assert shown(stage, bought) == (2500, 1, [])


def test_money_on_its_way_is_not_priced_anew(stage: Stage) -> None:
    bought = stage.buys("mug-eur", ui_mode="elements")
    stage.pays(bought, IBAN)
    before = stage.order(bought)["amount_total"]

    with pytest.raises(MoneyInFlight):
        wants(stage, bought, 2, "mug-eur")

    assert stage.order(bought)["amount_total"] == before
    assert stage.order(bought)["status"] == "processing"


def test_a_session_that_is_over_is_said_so(stage: Stage) -> None:
    bought = stage.buys(ui_mode="elements")
    stage.use_cases.expire_session.expire(str(bought.session))

    with pytest.raises(SessionClosed):
        wants(stage, bought, 3)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_session_that_ends_while_it_is_changed_is_said_so(stage: Stage, moment: Moment) -> None:
    bought = stage.buys(ui_mode="elements")

    def ends() -> None:
        stage.advance(1)
        stage.use_cases.expire_session.expire(str(bought.session))

    stage.meanwhile(calling("POST", at(bought), moment=moment), ends)
    with pytest.raises(SessionClosed):
        wants(stage, bought, 3)


@pytest.mark.parametrize("ui_mode", ["hosted_page", "embedded_page"])
def test_stripes_own_pages_keep_their_items(stage: Stage, ui_mode: str) -> None:
    bought = stage.buys(ui_mode=ui_mode)
    stage.forget_calls()

    with pytest.raises(InvalidInput):
        wants(stage, bought, 3)

    assert not stage.calls()


def test_another_currency_and_the_shops_own_prices_do_not_change(stage: Stage) -> None:
    bought, priced = stage.buys(ui_mode="elements"), stage.prices(ui_mode="elements")
    stage.forget_calls()

    with pytest.raises(InvalidInput):
        wants(stage, bought, 1, "mug-eur")
    with pytest.raises(InvalidInput):
        wants(stage, priced, 1)

    assert not stage.calls()


def test_a_session_that_came_back_with_another_amount_is_closed(stage: Stage) -> None:
    bought = stage.buys(ui_mode="elements")
    altered = {"path": at(bought), "fields": {"amount_subtotal": 7600, "amount_total": 7600}}
    stage.control("PUT", "faults", {"alter": [altered]})
    asking = calling("POST", at(bought), moment="after")
    stage.meanwhile(asking, lambda: stage.control("DELETE", "faults"))

    with pytest.raises(OpenedWrong):
        wants(stage, bought, 3)

    assert stage.stripe("GET", at(bought))["status"] == "expired"


def test_an_amount_that_nobody_offered_is_held_after_a_change_too(stage: Stage) -> None:
    bought = stage.buys(ui_mode="elements")
    wants(stage, bought, 3)
    at_stripe = stage.side.world.store.get(bought.session, "checkout.session")
    assert at_stripe is not None
    at_stripe["amount_total"] = at_stripe["amount_subtotal"] = 2600

    stage.pays(bought)
    stage.delivers()

    assert not stage.order(bought)["fulfilled"]
    assert stage.order(bought)["holds"] == ["amount_mismatch"]
