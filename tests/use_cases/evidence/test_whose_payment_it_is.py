"""Law 10: a payment that is another order's is held where it is named, and is no exception."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stage import Bought, Stage

COMPLETED = "checkout.session.completed"


def two_orders(stage: Stage, kind: str = "checkout_session") -> tuple[Bought, str, Bought, Any]:
    """One order that is paid and known to be, with its payment; another, and its session paid."""
    first, second = stage.buys(kind=kind), stage.buys()
    paid = stage.pays(first)
    intent = paid["id"] if kind == "payment_intent" else paid["payment_intent"]
    stage.delivers()
    return first, intent, second, stage.pays(second)


def is_held(stage: Stage, first: Bought, second: Bought) -> None:
    kept, held = stage.order(first), stage.order(second)
    assert (kept["status"], kept["fulfilled"], kept["holds"]) == ("paid", True, [])
    assert (held["status"], held["fulfilled"]) == ("paid", False)
    assert held["holds"] == ["wrong_reference"]
    assert stage.use_cases.quarantine.count()["event"] == 0


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_a_session_whose_event_names_another_orders_payment_is_held(
    stage_on: Stage, kind: str
) -> None:
    stage = stage_on
    first, intent, second, _ = two_orders(stage, kind)
    (event,) = stage.events(COMPLETED)
    event["data"]["object"]["payment_intent"] = intent

    stage.delivers(event)

    is_held(stage, first, second)
    (hold,) = stage.order(second)["hold_details"]
    assert hold["seen"] == f"{intent}, which pays another order"


@pytest.mark.parametrize("door", ["look", "list"])
def test_a_session_that_a_look_shows_with_another_orders_payment_is_held(
    stage_on: Stage, door: str
) -> None:
    stage = stage_on
    first, intent, second, _ = two_orders(stage)
    stage.drops()
    store = stage.side.world.store
    store.put((store.get(second.session) or {}) | {"payment_intent": intent})
    more = [stage.buys() for _ in range(25)] if door == "list" else []
    events = {"method": "GET", "path": "/v1/events", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [events]})

    if door == "look":
        stage.returns(second)
    else:
        stage.works(120)

    is_held(stage, first, second)
    assert all(stage.order(one)["status"] == "pending" for one in more)


def test_an_intents_event_that_names_another_order_is_held_where_it_is_known(
    stage_on: Stage,
) -> None:
    stage = stage_on
    first, second = stage.buys(kind="payment_intent"), stage.buys()
    stage.pays(first)
    (event,) = stage.events("payment_intent.succeeded")
    event["data"]["object"]["metadata"]["order_id"] = second.order

    stage.delivers(event)

    assert stage.order(first)["holds"] == ["wrong_reference"]
    assert stage.order(second)["status"] == "pending"
    assert stage.use_cases.quarantine.count()["event"] == 0
