"""A parcel is told exactly once, on both databases, whatever happens beside it."""

from __future__ import annotations

import pytest

from checkout_service.domain.order.care import NotFulfilled, Parcel
from tests.support.stage import Bought, Stage
from tests.support.stage.steps import Killed, writing

DHL = Parcel("DHL", "0034", "https://dhl.example/0034")


def ships(stage: Stage, bought: Bought, nonce: str = "n", by: int = 0) -> None:
    verb = stage.replica(by).use_cases.admin.ship_order
    verb.ship(bought.order, DHL, nonce=nonce, by="ann", source="admin")


def told(stage: Stage, bought: Bought) -> list[str]:
    return [
        message["body"]["data"]["shipment"]["id"]
        for message in stage.messages(bought, "order.shipped")
    ]


def a_paid_order(stage: Stage) -> Bought:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    return bought


def test_a_second_press_on_another_server_tells_nothing_new(stage_on: Stage) -> None:
    bought = a_paid_order(stage_on)

    for by in (0, 1, 0):
        ships(stage_on, bought, by=by)
    ships(stage_on, bought, nonce="m")

    assert len(set(told(stage_on, bought))) == len(told(stage_on, bought)) == 2
    assert len(stage_on.order(bought)["shipments"]) == 2


def test_a_refund_that_is_told_in_between_loses_neither(stage_on: Stage) -> None:
    bought = a_paid_order(stage_on)
    intent = stage_on.order(bought)["payment_intent"]
    stage_on.stripe("POST", "/v1/refunds", payment_intent=intent, amount=500)

    ships(stage_on, bought)
    stage_on.delivers()
    ships(stage_on, bought, nonce="m")

    sequences = [message["body"]["data"]["sequence"] for message in stage_on.messages(bought)]
    assert sorted(sequences) == [1, 2, 3, 4]
    assert stage_on.order(bought)["status"] == "partially_refunded"


def test_a_server_that_dies_before_it_wrote_is_made_up_for_by_the_next_press(
    stage_on: Stage,
) -> None:
    bought = a_paid_order(stage_on)
    stage_on.kills(writing("before"))
    with pytest.raises(Killed):
        ships(stage_on, bought)
    stage_on.restart()

    assert told(stage_on, bought) == []
    ships(stage_on, bought)

    assert len(told(stage_on, bought)) == 1


def test_what_is_held_or_unpaid_is_not_shipped(stage_on: Stage) -> None:
    bought = stage_on.buys()

    with pytest.raises(NotFulfilled):
        ships(stage_on, bought)

    assert stage_on.order(bought)["shipments"] == []
