"""The service's reads are spent for a moment: what somebody asked for then is not lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from checkout_service.domain.clock import HOUR, SECOND
from checkout_service.domain.errors import (
    ReadsSpent,
    StripeUnavailable,
)
from checkout_service.storage.tables import read_budgets
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage, calling
from tests.use_cases.evidence.test_a_cancel_is_remembered import state_of_writes
from tests.use_cases.held_money.on_a_card import CAPTURE, authorized, flows

KINDS = ("checkout_session", "payment_intent")
kinds = pytest.mark.parametrize("kind", KINDS)
_FOR_LONG = 55_000  # milliseconds; what reaches further is a clock that jumped


def spends_reads(stage: Stage) -> Callable[[], None]:
    """Have others book all reads of Stripe for the next minute; return what frees them."""

    def free_at(moment: int) -> None:
        with stage.engine.begin() as connection:
            row = {"name": "stripe", "free_at": moment}
            if not connection.execute(update(read_budgets).values(row)).rowcount:
                connection.execute(insert(read_budgets).values(row))

    free_at(stage.now + _FOR_LONG)
    return lambda: free_at(0)


def open_at_stripe(stage: Stage) -> list[str]:
    found = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    return [one["id"] for one in found if one["status"] == "open"]


def expires_at_stripe(stage: Stage, bought: Bought) -> None:
    stage.control("POST", f"checkout/sessions/{bought.session}/expire")
    stage.drops()


def test_a_cancel_that_may_not_look_is_made_by_the_sweep(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        stage.cancels(bought)

    frees()
    stage.advance(60)
    stage.sweeps()
    assert stage.order(bought)["status"] == "canceled"
    assert set(state_of_writes(stage)) == {"done"}


def test_a_cancel_that_may_not_look_for_what_was_opened_is_made_by_the_sweep(
    stage_on: Stage,
) -> None:
    stage = stage_on
    mend = stage.cuts(calling(), times=None)
    with pytest.raises(StripeUnavailable):
        stage.buys(nonce="non_once")
    mend()
    order = stage.use_cases.start_checkout.order_of("non_once") or ""
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        stage.cancels(order)

    frees()
    stage.advance(60)
    stage.sweeps()
    assert stage.order(order)["status"] == "canceled"
    assert open_at_stripe(stage) == []


def test_a_cancel_of_a_page_that_has_ended_is_made_by_the_sweep(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    expires_at_stripe(stage, bought)
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        stage.cancels(bought)

    frees()
    stage.works(HOUR / SECOND, every=300)
    assert stage.order(bought)["status"] == "canceled"


def test_a_cancel_that_the_sweep_may_not_look_for_is_made_by_a_later_one(stage_on: Stage) -> None:
    """The page ends while the sweep closes it, and then it may not ask what became of it."""
    stage = stage_on
    bought = stage.buys()
    mend = stage.cuts(calling("POST"), times=None)
    with pytest.raises(StripeUnavailable):
        stage.cancels(bought)
    mend()
    frees: list[Callable[[], None]] = []

    def ends() -> None:
        expires_at_stripe(stage, bought)
        frees.append(spends_reads(stage))

    stage.meanwhile(calling("POST", "/expire"), ends)
    stage.advance(60)
    stage.sweeps()
    assert stage.order(bought)["status"] != "canceled"

    frees[0]()
    stage.works(HOUR / SECOND, every=300)
    assert stage.order(bought)["status"] == "canceled"


@kinds
def test_who_paid_what_a_cancel_could_not_look_at_has_paid(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind=kind)
    stage.pays(bought)
    stage.drops()
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        stage.cancels(bought)

    frees()
    stage.works(HOUR / SECOND, every=300)
    order = stage.order(bought)
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
    assert "asked" not in state_of_writes(stage)


@flows
@pytest.mark.parametrize("verb", ["captures", "voids"])
def test_what_may_not_be_looked_for_is_done_by_the_sweep_once(
    stage_on: Stage, flow: str, verb: str
) -> None:
    stage = stage_on
    bought = authorized(stage, flow)
    stage.cuts(calling("POST", "/v1/payment_intents/", moment="after"), times=2)
    with pytest.raises(StripeUnavailable):
        getattr(stage, verb)(bought, nonce="one")
    stage.drops()
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        getattr(stage, verb)(bought, nonce="one")

    frees()
    stage.works(HOUR / SECOND, every=300)
    status = "paid" if verb == "captures" else "canceled"
    assert stage.order(bought)["status"] == status
    assert getattr(stage, verb)(bought, nonce="one").status == status
    assert len(stage.writes(CAPTURE)) <= 2  # of one request: the library repeats it under its key


@flows
@pytest.mark.parametrize("verb", ["captures", "voids"])
def test_held_money_that_may_not_be_looked_up_is_not_said_to_be_missing(
    stage_on: Stage, flow: str, verb: str
) -> None:
    stage = stage_on
    bought = stage.prices(5000, flow, capture="manual")
    stage.pays(bought)
    stage.drops()
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        getattr(stage, verb)(bought, nonce="one")
    frees()

    answer = getattr(stage, verb)(bought, nonce="one")
    assert answer.status == ("paid" if verb == "captures" else "canceled")


def test_a_refund_that_may_not_be_looked_for_is_made_by_the_sweep_once(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys(quantity=4)
    stage.pays(bought)
    stage.delivers()
    stage.cuts(calling("POST", "/v1/refunds", moment="after"), times=2)
    with pytest.raises(StripeUnavailable):
        stage.refunds(bought, 2500, nonce="one")
    stage.drops()
    frees = spends_reads(stage)

    with pytest.raises(ReadsSpent):
        stage.refunds(bought, 2500, nonce="one")

    frees()
    stage.works(HOUR / SECOND, every=300)
    intent = stage.order(bought)["payment_intent"]
    made = stage.stripe("GET", "/v1/refunds", payment_intent=intent)["data"]
    assert [one["amount"] for one in made] == [2500]
    assert stage.order(bought)["amount_refunded"] == 2500


def test_the_api_says_to_come_again_and_the_sweep_cancels(stage_on: Stage, tmp_path: Path) -> None:
    stage = stage_on
    bought = stage.buys(kind="payment_intent")
    client = app_on(stage, tmp_path, api_keys="key-of-the-backend").test_client()
    frees = spends_reads(stage)

    answer = client.post(
        f"/api/v1/orders/{bought.order}/cancel",
        headers={"Authorization": "Bearer key-of-the-backend"},
    )

    assert (answer.status_code, answer.get_json()["code"]) == (503, "reads_spent")
    assert int(answer.headers["Retry-After"]) > 0
    frees()
    stage.advance(60)
    stage.sweeps()
    assert stage.order(bought)["status"] == "canceled"
