"""Held money that is let go: by the merchant, by Stripe, or by time."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR, SECOND
from checkout_service.domain.errors import OrderCanceled, StripeUnavailable
from tests.support.stage import Stage

from .on_a_card import CANCEL, FAULTS, at_stripe, authorized, fails, flows, kinds, mends


@flows
def test_a_void_lets_the_money_go_and_the_order_ends_canceled(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)

    answer = stage.voids(bought, nonce="one")
    stage.delivers()
    stage.works(DAY / SECOND, every=6 * HOUR / SECOND)

    assert (answer.status, answer.amount_capturable) == ("canceled", 0)
    order = stage.order(bought)
    assert (order["status"], order["holds"], order["fulfilled"]) == ("canceled", [], False)
    assert kinds(stage, bought)[-1] == "order.canceled"
    assert "order.failed" not in kinds(stage, bought)
    assert stage.voids(bought, nonce="one").status == "canceled"
    with pytest.raises(OrderCanceled):
        stage.captures(bought)


@flows
@pytest.mark.parametrize("kind", FAULTS)
def test_a_void_whose_answer_was_lost_is_found(stage: Stage, flow: str, kind: str) -> None:
    bought = authorized(stage, flow)
    fails(stage, kind)
    with pytest.raises(StripeUnavailable):
        stage.voids(bought, nonce="one")
    mends(stage)
    stage.drops()

    stage.works(HOUR / SECOND, every=300)

    assert stage.order(bought)["status"] == "canceled"
    assert stage.order(bought)["holds"] == []


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_an_authorisation_canceled_at_stripe_ends_canceled(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = authorized(stage, flow)
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", f"/v1/payment_intents/{intent}/cancel")
    if told:
        stage.delivers()
    else:
        stage.drops()
        stage.works(HOUR / SECOND, every=300)

    assert stage.order(bought)["status"] == "canceled"
    assert "order.failed" not in kinds(stage, bought)


@flows
@pytest.mark.parametrize("told", [True, False], ids=["by webhook", "by a look"])
def test_an_authorisation_that_nobody_captures_ends_expired(
    stage: Stage, flow: str, *, told: bool
) -> None:
    bought = authorized(stage, flow)
    for _ in range(9):
        stage.works(DAY / SECOND, every=6 * HOUR / SECOND)
        if told:
            stage.delivers()
        else:
            stage.drops()

    order = stage.order(bought)
    assert (order["status"], order["holds"], order["fulfilled"]) == ("expired", [], False)
    assert at_stripe(stage, bought)["status"] == "canceled"
    assert kinds(stage, bought)[-1] == "order.expired"


@flows
def test_the_sweep_lets_go_what_stripe_itself_has_not_ended(stage: Stage, flow: str) -> None:
    bought = authorized(stage, flow)
    name = stage.order(bought)["payment_intent"]
    intent = stage.side.world.store.get(name) or {}
    stage.side.world.store.put(intent | {"_due": None})  # Stripe is slow to end it
    stage.forget_calls()

    stage.works(8 * DAY / SECOND, every=12 * HOUR / SECOND)
    stage.drops()
    stage.sweeps()

    assert stage.order(bought)["status"] == "expired"
    assert at_stripe(stage, bought)["cancellation_reason"] == "abandoned"
    assert len(stage.writes(CANCEL)) == 1
    assert len(stage.reads(f"/{bought.id}")) < 30


def test_the_day_before_it_ends_somebody_is_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    bought = authorized(stage, "checkout_session")
    read = stage.use_cases.admin.metrics
    stage.works(5 * DAY / SECOND, every=6 * HOUR / SECOND)
    early = (read.read().authorizations_ending, "order.authorization_ends" in caplog.messages)
    stage.works(1.5 * DAY / SECOND, every=6 * HOUR / SECOND)

    assert early == (0, False)
    assert read.read().authorizations_ending == 1
    (warning, *_) = [r for r in caplog.records if r.message == "order.authorization_ends"]
    assert warning.__dict__["order_id"] == bought.order
    stage.captures(bought)
    assert read.read().authorizations_ending == 0
