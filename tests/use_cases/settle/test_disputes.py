"""A dispute that waits for an answer is told once, by when it is due, however the news came."""

from __future__ import annotations

import random
from typing import Any

import pytest

from checkout_service.domain.clock import DAY
from checkout_service.domain.views.disputes import DisputeStage, ListedDispute
from tests.support.stage import Bought, Stage

NEEDS = "order.dispute_needs_response"


def paid(stage: Stage) -> tuple[Bought, str]:
    bought = stage.buys()
    session = stage.pays(bought)
    stage.delivers()
    return bought, session["payment_intent"]


def disputes(stage: Stage, intent: str, reason: str = "fraudulent", **more: Any) -> Any:
    return stage.control("POST", f"payment_intents/{intent}/dispute", {"reason": reason, **more})


def told(stage: Stage, bought: Bought) -> list[dict[str, Any]]:
    return [message["body"]["data"]["dispute"] for message in stage.messages(bought, NEEDS)]


def to_answer(stage: Stage) -> tuple[ListedDispute, ...]:
    page = stage.use_cases.admin.disputes.page(DisputeStage.TO_ANSWER, limit=10)
    return page.disputes


@pytest.mark.parametrize(("reason", "kind"), [("fraudulent", "dispute"), ("inquiry", "inquiry")])
@pytest.mark.parametrize("door", ["webhook", "sweep", "look"])
def test_every_door_tells_it_once_with_the_day_it_is_due(
    stage_on: Stage, reason: str, kind: str, door: str
) -> None:
    stage = stage_on
    bought, intent = paid(stage)
    made = disputes(stage, intent, reason, due_by=9 * 86_400)
    if door == "webhook":
        stage.delivers(times=2)
    else:
        stage.drops()
    if door == "look":
        rule = {"method": "GET", "path": "/v1/events", "kind": "error_500", "probability": 1}
        stage.control("PUT", "faults", {"api": [rule]})
    stage.works(2 * 3600, every=600)

    (dispute,) = told(stage, bought)
    assert (dispute["id"], dispute["kind"], dispute["currency"]) == (made["id"], kind, "usd")
    assert (dispute["reason"], dispute["amount"]) == (made["reason"], made["amount"])
    assert dispute["due_by"] is not None
    (listed,) = to_answer(stage)
    assert listed.dispute.due_by == made["evidence_details"]["due_by"] * 1000
    assert (listed.dispute.due_by or 0) > stage.now + 8 * DAY
    assert (listed.order_id, listed.dispute.is_inquiry) == (bought.order, kind == "inquiry")


@pytest.mark.parametrize("seed", range(6))
def test_events_in_any_order_tell_it_no_more_than_once(stage: Stage, seed: int) -> None:
    bought, intent = paid(stage)
    made = disputes(stage, intent)
    stage.advance(60)
    stage.control("POST", f"disputes/{made['id']}/update", {"status": "under_review"})
    stage.advance(60)
    stage.control("POST", f"disputes/{made['id']}/close", {"status": "won"})
    dice, events = random.Random(seed), stage.events()
    for event in dice.sample(events, len(events)) + dice.sample(events, len(events)):
        stage.delivers(event)
    stage.works(600)

    assert len(told(stage, bought)) <= 1
    assert to_answer(stage) == ()
    assert stage.order(bought)["status"] == "paid"
    assert [one["status"] for one in stage.order(bought)["disputes"]] == ["won"]


def test_an_inquiry_that_becomes_a_dispute_waits_for_an_answer_anew(stage: Stage) -> None:
    bought, intent = paid(stage)
    made = disputes(stage, intent, "inquiry")
    stage.delivers()
    stage.advance(60)
    stage.control("POST", f"disputes/{made['id']}/update", {"status": "needs_response"})
    stage.delivers(times=2)
    stage.sweeps()

    assert [dispute["kind"] for dispute in told(stage, bought)] == ["inquiry", "dispute"]
    assert len(to_answer(stage)) == 1


def test_who_answers_a_dispute_soon_sees_what_was_paid_with(stage_on: Stage) -> None:
    bought = stage_on.buys()
    intent = stage_on.pays(bought)["payment_intent"]
    stage_on.delivers("checkout.session.completed")  # it names no charge
    stage_on.drops()
    assert stage_on.order(bought)["payment_method"] is None

    dispute = disputes(stage_on, intent, amount=1000)["id"]
    stage_on.delivers("charge.dispute.created")
    stage_on.advance(1)
    stage_on.control("POST", f"disputes/{dispute}/close", {"status": "lost"})
    stage_on.delivers("charge.dispute.closed")
    stage_on.sweeps()

    order = stage_on.order(bought)
    assert order["payment_method"]["last4"] == "4242"
    assert order["receipt_url"]
    assert order["amount_charged_back"] == 1000
