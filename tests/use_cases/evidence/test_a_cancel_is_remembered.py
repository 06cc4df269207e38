"""Law 5: a cancel that Stripe could not be asked for is requested all the same."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR
from checkout_service.domain.errors import OrderPaid, StripeUnavailable
from tests.support.stage import Bought, Killed, Stage, calling, writing


def answered_503(stage: Stage, bought: Bought) -> None:
    """Cancel an order while Stripe is away."""
    mend = stage.cuts(calling(), times=None)
    with pytest.raises(StripeUnavailable):
        stage.cancels(bought)
    mend()


def state_of_writes(stage: Stage) -> list[str]:
    with stage.parts.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT state FROM money_writes")
        return [row.state for row in rows]


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_the_sweep_cancels_what_was_answered_503(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind=kind)
    answered_503(stage, bought)

    stage.advance(60)
    stage.sweeps()

    assert stage.order(bought)["status"] == "canceled"
    assert set(state_of_writes(stage)) == {"done"}


def test_the_sweep_cancels_an_order_whose_page_was_never_opened(stage: Stage) -> None:
    mend = stage.cuts(calling(), times=None)
    with pytest.raises(StripeUnavailable):
        stage.buys(nonce="non_once")
    order = stage.use_cases.start_checkout.order_of("non_once") or ""
    with pytest.raises(StripeUnavailable):
        stage.cancels(order)
    mend()

    stage.advance(60)
    stage.sweeps()

    assert stage.order(order)["status"] == "canceled"
    found = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert [one["status"] for one in found if one["status"] == "open"] == []
    assert set(state_of_writes(stage)) == {"done"}


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_who_paid_meanwhile_has_paid(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind=kind)
    answered_503(stage, bought)
    stage.pays(bought)
    stage.delivers()

    stage.advance(60)
    stage.sweeps()

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert "asked" not in state_of_writes(stage)


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_a_cancel_that_meets_another_closing_is_remembered_beside_it(
    stage_on: Stage, kind: str
) -> None:
    """The buyer left, or a day was over, and Stripe was away for that, too."""
    stage = stage_on
    bought = stage.buys(kind=kind)
    mend = stage.cuts(calling("POST"), times=None)
    if kind == "checkout_session":
        with pytest.raises(StripeUnavailable):
            stage.use_cases.expire_session.expire(str(bought.session))
    else:
        stage.advance(DAY / 1000)
        stage.sweeps()
    assert state_of_writes(stage) == ["asked"]
    mend()
    answered_503(stage, bought)

    stage.works(HOUR / 1000, every=300)

    assert stage.order(bought)["status"] == "canceled"
    assert set(state_of_writes(stage)) == {"done"}


@pytest.mark.parametrize(
    ("kind", "writes"),
    [("checkout_session", n) for n in (1, 2, 3)] + [("payment_intent", n) for n in (1, 2, 3, 4)],
)
def test_who_dies_while_canceling_leaves_no_order_half_canceled(
    stage_on: Stage, kind: str, writes: int
) -> None:
    """What was closed for a cancel is canceled by whoever goes on: nobody starts it over."""
    stage = stage_on
    bought = stage.buys(kind=kind)
    stage.kills(writing("after", nth=writes))
    with pytest.raises(Killed):
        stage.cancels(bought)
    asked = state_of_writes(stage)
    stage.restart()

    stage.works(HOUR / 1000, every=300)

    assert stage.order(bought)["status"] == ("canceled" if asked else "pending")


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
@pytest.mark.parametrize("by", ["the merchant", "the sweep"])
def test_who_paid_what_was_to_be_closed_for_a_cancel_has_paid(
    stage_on: Stage, kind: str, by: str
) -> None:
    """Stripe was asked and did not hear of it; the next try finds what it was to close paid."""
    stage = stage_on
    bought = stage.buys(kind=kind)
    mend = stage.cuts(calling("POST"), times=None)
    with pytest.raises(StripeUnavailable):
        stage.cancels(bought)
    mend()
    stage.pays(bought)
    stage.drops()

    if by == "the merchant":
        with pytest.raises(OrderPaid):
            stage.cancels(bought)
    stage.works(HOUR / 1000, every=300)

    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert "asked" not in state_of_writes(stage)
