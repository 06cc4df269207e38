"""What a card's bank warns of is told once, kept with the order, and changes nothing of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.support.admin import signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage

KIND = "radar.early_fraud_warning"
WARNS = "4000000000005423"  # https://docs.stripe.com/testing


def paid(stage: Stage) -> tuple[Bought, str]:
    bought = stage.buys()
    session = stage.pays(bought)
    stage.delivers()
    return bought, session["payment_intent"]


def warns(stage: Stage, intent: str) -> Any:
    body = {"fraud_type": "made_with_stolen_card"}
    return stage.control("POST", f"payment_intents/{intent}/early_fraud_warning", body)


def told(stage: Stage, bought: Bought) -> list[dict[str, Any]]:
    messages = stage.messages(bought, "order.early_fraud_warning")
    return [message["body"]["data"]["early_fraud_warning"] for message in messages]


def known(stage: Stage, bought: Bought) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.order(bought)["early_fraud_warnings"]
    return found


def test_it_is_told_once_with_what_the_bank_says_and_kept(stage_on: Stage) -> None:
    stage = stage_on
    bought, intent = paid(stage)
    before = stage.order(bought)
    warning = warns(stage, intent)

    stage.delivers(times=2)
    stage.sweeps()

    said = {
        "id": warning["id"],
        "fraud_type": "made_with_stolen_card",
        "actionable": True,
        "payment_intent": intent,
    }
    assert told(stage, bought) == [said]
    (kept,) = known(stage, bought)
    assert {name: kept[name] for name in said} == said
    assert stage.order(bought) | {"early_fraud_warnings": []} == before


def test_a_lost_webhook_is_made_good_by_the_sweep(stage: Stage) -> None:
    bought, intent = paid(stage)
    warns(stage, intent)
    stage.drops()

    stage.sweeps()

    assert len(told(stage, bought)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_a_refund_ends_what_can_be_done_in_any_order_of_the_news(stage: Stage, seed: int) -> None:
    bought, intent = paid(stage)
    warns(stage, intent)
    stage.advance(60)
    stage.refunds(bought)
    events = stage.events()
    assert f"{KIND}.updated" in {event["type"] for event in events}
    for event in random.Random(seed).sample(events, len(events)):
        stage.delivers(event)
        stage.delivers(event)

    assert [one["actionable"] for one in known(stage, bought)] == [False]
    assert len(told(stage, bought)) == 1
    assert stage.order(bought)["status"] == "refunded"


def test_one_that_comes_before_its_payment_is_known_waits_for_it(stage: Stage) -> None:
    bought = stage.link_order()
    session = stage.pays(bought)
    warns(stage, session["payment_intent"])

    stage.delivers(f"{KIND}.created")
    assert told(stage, bought) == []
    stage.delivers()

    assert len(told(stage, bought)) == 1
    assert len(known(stage, bought)) == 1


def test_stripes_test_card_brings_one(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought, WARNS)

    stage.delivers()

    assert stage.order(bought)["fulfilled"]
    assert len(told(stage, bought)) == 1


def test_a_look_keeps_what_only_an_event_tells(stage: Stage) -> None:
    bought, intent = paid(stage)
    warns(stage, intent)
    stage.delivers()

    stage.works(2 * 3600, every=600)

    assert len(known(stage, bought)) == 1


def test_the_desk_says_it_on_the_orders_page(stage: Stage, tmp_path: Path) -> None:
    bought, intent = paid(stage)
    desk = signed_in(app_on(stage, tmp_path))
    assert "fraud" not in desk.get(f"/admin/orders/{bought.order}").text
    warns(stage, intent)
    stage.delivers()

    page = desk.get(f"/admin/orders/{bought.order}").text
    assert "made with stolen card" in page
    assert "may spare the dispute" in page

    stage.advance(60)
    stage.refunds(bought)
    stage.delivers()
    assert "may spare the dispute" not in desk.get(f"/admin/orders/{bought.order}").text
