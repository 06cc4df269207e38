"""Thin events: a request for a look at the order of the object they name, and no fact."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checkout_service.domain.errors import BadEvent
from stripe_sandbox.thin import thin_event
from tests.support.stage import Bought, Stage


def receives(stage: Stage, event: Any) -> None:
    body = json.dumps(event).encode()
    stage.use_cases.receive_event.receive(body, stage.signature(body))


def states(stage: Stage) -> dict[str, str]:
    """Return what became of each thin event, by its type."""
    page = stage.use_cases.read_events.page(limit=100)
    return {one.type: one.state for one in page.events if one.type.startswith(("v1.", "v2."))}


def paid(stage: Stage, kind: str = "checkout_session") -> Bought:
    bought = stage.buys(kind=kind)
    stage.pays(bought)
    return bought


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_a_payment_told_thinly_is_looked_up_and_fulfilled_once(stage: Stage, kind: str) -> None:
    bought = paid(stage, kind)
    stage.forget_calls()

    stage.delivers(thin=True, times=2)

    assert stage.calls() == []
    assert stage.order(bought)["status"] == "pending"
    assert stage.next_look() == 0
    stage.sweeps()
    stage.sweeps()
    assert (stage.order(bought)["status"], stage.order(bought)["fulfilled"]) == ("paid", True)
    assert [row["kind"] for row in stage.messages(bought)] == ["order.paid"]


@pytest.mark.parametrize("first_thin", [True, False])
def test_thin_and_snapshot_endpoints_side_by_side_tell_one_thing(
    stage: Stage, first_thin: bool
) -> None:
    bought = paid(stage)
    events = stage.events()

    stage.delivers(*events, thin=first_thin)
    stage.delivers(*events, thin=not first_thin)
    stage.delivers_messages()
    stage.works(600)

    assert stage.order(bought)["fulfilled"]
    assert [got.body["type"] for got in stage.receiver.got] == ["order.paid"]


def test_a_change_that_its_snapshot_showed_is_not_looked_up(stage: Stage) -> None:
    paid(stage)
    (completed,) = stage.delivers("checkout.session.completed")
    due = stage.next_look()

    receives(stage, thin_event(completed))

    assert stage.next_look() == due != 0
    assert states(stage) == {"v1.checkout.session.completed": "ignored"}


def test_a_snapshot_after_its_thin_event_still_fulfils_at_once(stage: Stage) -> None:
    bought = paid(stage)
    event = stage.events("checkout.session.completed")[0]

    stage.delivers(event, thin=True)
    stage.delivers(event)

    assert stage.order(bought)["fulfilled"]


def test_an_unknown_kind_and_a_strangers_object_are_ignored(stage: Stage) -> None:
    bought = paid(stage)
    thin = thin_event(stage.events("checkout.session.completed")[0])
    stranger = thin["related_object"] | {"id": "cs_test_stranger"}

    receives(stage, thin | {"id": "evt_1", "type": "v1.plan.created"})
    receives(stage, thin | {"id": "evt_2", "type": "v2.core.account[identity].updated"})
    receives(stage, thin | {"id": "evt_3", "related_object": stranger})
    receives(stage, thin | {"id": "evt_4", "livemode": True, "type": "v1.refund.created"})
    receives(stage, thin | {"id": "evt_5", "context": "acct_1/acct_2", "type": "v1.refund.failed"})

    assert set(states(stage).values()) == {"ignored"}
    assert len(states(stage)) == 5
    assert stage.next_look() != 0
    assert stage.order(bought)["status"] == "pending"


def test_a_refund_that_was_seen_is_looked_up_again_by_its_thin_event(stage: Stage) -> None:
    bought = paid(stage)
    stage.delivers()
    refund = stage.refunds(bought, 1000)
    stage.delivers()
    stage.works(600)
    stage.control("POST", f"refunds/{refund.id}/fail")

    stage.delivers("refund.failed", thin=True)

    assert stage.next_look() == 0
    stage.sweeps()
    assert stage.order(bought)["amount_refunded"] == 0


def test_a_refund_nobody_saw_is_read_by_the_sweep(stage: Stage) -> None:
    bought = paid(stage)
    stage.delivers()
    intent = stage.order(bought)["payment_intent"]
    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=1000)

    stage.delivers(thin=True)
    stage.sweeps()

    assert stage.order(bought)["amount_refunded"] == 1000


def test_a_thin_event_can_be_merged_once_more_by_a_person(stage: Stage) -> None:
    paid(stage)
    (event,) = stage.delivers("checkout.session.completed", thin=True)
    stage.sweeps()
    assert stage.next_look() != 0

    assert stage.use_cases.receive_event.replay(thin_event(event)["id"], source="admin")

    assert (
        states(stage)["v1.checkout.session.completed"] == "ignored"
    )  # the sweep read its snapshot


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "no id"},
        {"type": 7},
        {"type": "x" * 300},
        {"created": 1_790_000_000},
        {"created": "yesterday"},
        {"created": "2026-11-27T12:00:00"},
        {"livemode": "no"},
        {"context": {}},
        {"related_object": "cs_1"},
        {"related_object": {"type": "charge"}},
        {"related_object": {"id": 7, "type": "charge", "url": "/"}},
        {"snapshot_event": ["evt_1"]},
    ],
)
def test_what_is_no_thin_event_is_refused(stage: Stage, change: dict[str, Any]) -> None:
    paid(stage)
    thin = thin_event(stage.events("checkout.session.completed")[0])

    with pytest.raises(BadEvent):
        receives(stage, thin | change)

    assert states(stage) == {}


def test_a_thin_event_signed_by_nobody_is_refused(stage: Stage) -> None:
    paid(stage)
    body = json.dumps(thin_event(stage.events()[0])).encode()

    with pytest.raises(BadEvent):
        stage.use_cases.receive_event.receive(body, stage.signature(b"{}"))
