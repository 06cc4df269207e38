"""Law 8: settled is not forgotten, and no order costs more reads than it may."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR
from tests.support.stage import Stage
from tests.use_cases.evidence.waiting import (
    MOST_READS,
    SEPA_LATE,
    live,
    reads_of,
    status,
)


@pytest.mark.parametrize(
    "life", ["paid", "abandoned session", "abandoned intent", "sepa", "unknown session"]
)
def test_an_order_costs_at_most_sixty_reads_in_its_first_thirty_days(
    stage: Stage, life: str
) -> None:
    kind = "payment_intent" if life == "abandoned intent" else "checkout_session"
    price = "mug-eur" if life == "sepa" else "poster-usd"
    bought = stage.buys(price, kind=kind)
    if life == "paid":
        stage.pays(bought)
    if life == "sepa":
        stage.pays(bought, SEPA_LATE)
    if life == "unknown session":
        stage.side.world.store.drop(str(bought.session))
    stage.drops()

    live(stage, 30)

    print(f"{life}: {reads_of(stage, bought)} reads")
    assert 1 <= reads_of(stage, bought) <= MOST_READS


def test_a_buyer_who_polls_all_day_leaves_the_sweep_its_reads(stage: Stage) -> None:
    bought = stage.buys()
    for _ in range(300):
        stage.returns(bought)
        stage.advance(60)
    polled = reads_of(stage, bought)
    stage.pays(bought)
    stage.drops()

    live(stage, 2)

    assert polled <= 24
    assert stage.order(bought)["fulfilled"]


@pytest.mark.parametrize("after", [0, HOUR, 2 * DAY])
def test_a_refund_that_no_door_told_of_is_found_by_a_second_look(
    stage_on: Stage, after: int
) -> None:
    """Events cannot be read, webhooks are lost: only looking again helps."""
    stage = stage_on
    bought = stage.buys()
    paid = stage.pays(bought)
    stage.delivers()
    assert stage.order(bought)["fulfilled"]
    rule = {"method": "GET", "path": "/v1/events", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})
    stage.works(after / 1000, every=after / 4000)
    stage.stripe("POST", "/v1/refunds", payment_intent=paid["payment_intent"])
    stage.drops()

    live(stage, 7)

    assert status(stage, bought) == "refunded"
    assert stage.messages(bought, "order.refunded")


def test_looks_at_settled_orders_come_after_an_hour_a_day_and_a_week(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers("checkout.session.completed")
    stage.forget_calls()
    settled = stage.now

    live(stage, 10)

    hours = [(call.at - settled) / HOUR for call in stage.reads(f"/{bought.session}")]
    assert len(hours) == 3
    assert all(0 <= hour - due <= 2 for hour, due in zip(hours, (1, 24, 168), strict=True))
