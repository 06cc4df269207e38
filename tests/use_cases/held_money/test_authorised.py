"""Money that is authorised first: told once, not fulfilled, and in nobody's way."""

from __future__ import annotations

import pytest

from checkout_service.domain.errors import MoneyInFlight, NotPaid, OpenedWrong
from checkout_service.domain.held_money_errors import NotAuthorized
from tests.support.stage import Stage

from .on_a_card import authorized, flows, kinds, put


@flows
def test_an_authorised_payment_is_told_once_and_is_not_fulfilled(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    stage.delivers()
    stage.sweeps()
    stage.returns(bought)

    order = stage.order(bought)

    assert (order["status"], order["fulfilled"], order["holds"]) == ("processing", False, [])
    assert (order["amount_paid"], order["amount_capturable"], order["capture"]) == (
        0,
        5000,
        "manual",
    )
    assert order["capture_before"] is not None
    assert kinds(stage, bought).count("order.authorized") == 1
    assert "order.paid" not in kinds(stage, bought)
    assert "order.held" not in kinds(stage, bought)


@flows
def test_without_webhooks_a_look_finds_the_authorisation(stage: Stage, flow: str) -> None:
    bought = put(stage, flow)
    stage.pays(bought)
    stage.drops()

    stage.works(120)

    assert stage.order(bought)["amount_capturable"] == 5000
    assert kinds(stage, bought) == ["order.authorized"]


def test_every_order_of_the_events_comes_to_the_same(stage: Stage) -> None:
    bought = put(stage, "checkout_session")
    stage.pays(bought)

    stage.delivers(*reversed(stage.events()))

    assert stage.order(bought)["amount_capturable"] == 5000
    assert kinds(stage, bought).count("order.authorized") == 1


@flows
def test_an_uncaptured_payment_that_nobody_asked_for_is_held_as_ever(
    stage: Stage, flow: str
) -> None:
    bought = stage.prices(flow=flow)
    if flow == "payment_intent":
        stage.stripe("POST", f"/v1/payment_intents/{bought.intent}", capture_method="manual")
    else:
        session = stage.side.world.store.get(str(bought.session)) or {}
        session["_handed_on"]["capture_method"] = "manual"
        stage.side.world.store.put(session)
    stage.pays(bought)
    stage.delivers()
    stage.sweeps()

    order = stage.order(bought)
    assert (order["holds"], order["amount_capturable"]) == (["uncaptured"], 0)
    with pytest.raises(NotAuthorized):
        stage.captures(bought)


def test_an_intent_that_would_take_the_money_at_once_is_closed(stage: Stage) -> None:
    lie = {"path": "/v1/payment_intents", "fields": {"capture_method": "automatic_async"}}
    stage.control("PUT", "faults", {"alter": lie})

    with pytest.raises(OpenedWrong):
        put(stage, "payment_intent")


@flows
def test_an_authorised_order_is_neither_paid_again_nor_canceled(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    with pytest.raises(MoneyInFlight):
        stage.cancels(bought)
    with pytest.raises(NotPaid):
        stage.refunds(bought)
    if flow == "payment_intent":
        with pytest.raises(MoneyInFlight):
            stage.use_cases.start_intent.again(bought.order)
    else:
        with pytest.raises(MoneyInFlight):
            stage.use_cases.start_checkout.again(bought.order)
