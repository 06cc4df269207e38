"""Disputes: opened, answered, won, lost, overturned; inquiries; early fraud warnings."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import a_session, an_intent, pay_intent
from tests.sandbox.conftest import World

CREATED, WITHDRAWN = "charge.dispute.created", "charge.dispute.funds_withdrawn"
UPDATED, CLOSED = "charge.dispute.updated", "charge.dispute.closed"
REINSTATED = "charge.dispute.funds_reinstated"


@pytest.fixture
def paid(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return pay_intent(client, an_intent(client, 1000).id)


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge))


def disputed(world: World, intent: str, **more: Any) -> Any:
    return world.call("POST", f"payment_intents/{intent}/dispute", more)


@pytest.mark.parametrize(
    ("status", "more"),
    [
        ("won", ["charge.dispute.closed", "charge.dispute.funds_reinstated"]),
        ("lost", ["charge.dispute.closed"]),
    ],
)
def test_a_dispute_is_opened_and_closed(
    client: stripe.StripeClient,
    world: World,
    paid: stripe.PaymentIntent,
    status: str,
    more: list[str],
) -> None:
    opened = world.call("POST", f"payment_intents/{paid.id}/dispute", {"reason": "fraudulent"})
    assert charge_of(client, paid).disputed
    found = client.v1.disputes.list(params={"payment_intent": paid.id}).data[0]
    assert (found.id, found.status, found.amount) == (opened["id"], "needs_response", 1000)

    world.call("POST", f"disputes/{found.id}/close", {"status": status})

    assert client.v1.disputes.retrieve(found.id).status == status
    expected = ["charge.dispute.created", "charge.dispute.funds_withdrawn", *more]
    assert world.event_types()[3:] == expected
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"disputes/{found.id}/close", {"status": status})


@pytest.mark.parametrize(
    ("number", "reason", "status"),
    [
        ("pm_card_createDispute", "fraudulent", "needs_response"),
        ("4000000000002685", "product_not_received", "needs_response"),
        ("4000000000001976", "general", "warning_needs_response"),
    ],
)
def test_cards_of_trouble_dispute_by_themselves(
    client: stripe.StripeClient, world: World, number: str, reason: str, status: str
) -> None:
    session = world.pay(a_session(client).id, number)
    bare = pay_intent(client, an_intent(client).id, number)

    for name in (session["payment_intent"], bare.id):
        dispute = client.v1.disputes.list(params={"payment_intent": name}).data[0]
        assert (dispute.reason, dispute.status) == (reason, status)


def test_accepting_a_dispute_loses_it(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    opened = world.call("POST", f"payment_intents/{paid.id}/dispute")

    assert client.v1.disputes.close(opened["id"]).status == "lost"


def test_a_part_can_be_disputed_with_a_time_to_answer(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    opened = disputed(world, paid.id, amount=400, reason="duplicate", due_by=86_400)

    dispute = client.v1.disputes.retrieve(opened["id"])
    assert (dispute.amount, dispute.reason) == (400, "duplicate")
    assert dispute.evidence_details.due_by == dispute.created + 86_400
    assert dispute.payment_method_details is not None
    assert dispute.payment_method_details.card is not None
    assert dispute.payment_method_details.card.case_type == "chargeback"
    of_charge = client.v1.disputes.list(params={"charge": str(paid.latest_charge)}).data
    assert [found.id for found in of_charge] == [dispute.id]


@pytest.mark.parametrize(
    "given",
    [{"amount": 1001}, {"amount": 0}, {"amount": "x"}, {"reason": "mood"}, {"status": "open"},
     {"due_by": -1}, {"reason": "inquiry", "status": "needs_response"},
     {"status": "warning_under_review"}, {"amonut": 1}],
)  # fmt: skip
def test_a_dispute_that_makes_no_sense_is_refused(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent, given: Any
) -> None:
    with pytest.raises(requests.HTTPError) as refusal:
        disputed(world, paid.id, **given)

    assert refusal.value.response.status_code == 400
    assert not charge_of(client, paid).disputed
    assert client.v1.disputes.list().data == []


@pytest.mark.parametrize(
    ("begins", "told"),
    [
        ("needs_response", [CREATED, WITHDRAWN]),
        ("under_review", [CREATED, WITHDRAWN]),
        ("won", [CREATED, WITHDRAWN, CLOSED, REINSTATED]),
        ("lost", [CREATED, WITHDRAWN, CLOSED]),
        ("prevented", [CREATED]),
    ],
)
def test_a_dispute_begins_anywhere(
    client: stripe.StripeClient,
    world: World,
    paid: stripe.PaymentIntent,
    begins: str,
    told: list[str],
) -> None:
    opened = disputed(world, paid.id, status=begins)

    assert client.v1.disputes.retrieve(opened["id"]).status == begins
    assert world.event_types()[3:] == told


def test_an_inquiry_escalates_to_a_dispute(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    opened = disputed(world, paid.id, reason="inquiry")
    assert (opened["status"], opened["is_charge_refundable"]) == ("warning_needs_response", True)

    world.call("POST", f"disputes/{opened['id']}/update", {"status": "needs_response"})

    after = client.v1.disputes.retrieve(opened["id"])
    assert (after.status, after.is_charge_refundable) == ("needs_response", False)
    assert world.event_types()[3:] == [CREATED, UPDATED, WITHDRAWN]


def test_an_inquiry_ends_as_a_warning_that_is_closed(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    opened = disputed(world, paid.id, reason="inquiry")
    world.call("POST", f"disputes/{opened['id']}/update", {"status": "warning_under_review"})

    world.call("POST", f"disputes/{opened['id']}/close", {"status": "won"})

    assert client.v1.disputes.retrieve(opened["id"]).status == "warning_closed"
    assert world.event_types()[3:] == [CREATED, UPDATED, CLOSED]


def test_a_bank_may_change_its_mind(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    path = f"disputes/{disputed(world, paid.id)['id']}"
    moves = (("close", "won"), ("close", "lost"), ("update", "under_review"), ("close", "won"),
             ("update", "lost"), ("update", "prevented"))  # fmt: skip
    for move, status in moves:
        assert world.call("POST", f"{path}/{move}", {"status": status})["status"] == status

    told = world.events()[3:]
    assert [event["type"] for event in told] == [
        CREATED, WITHDRAWN, CLOSED, REINSTATED, CLOSED, WITHDRAWN, UPDATED, CLOSED, REINSTATED,
        UPDATED, WITHDRAWN, UPDATED, REINSTATED,
    ]  # fmt: skip
    assert told[4]["data"]["previous_attributes"] == {"status": "won"}


@pytest.mark.parametrize(
    ("status", "refundable"),
    [("needs_response", False), ("under_review", False), ("lost", False), ("won", True)],
)
def test_a_charge_the_bank_has_taken_back_is_not_refunded(
    client: stripe.StripeClient,
    world: World,
    paid: stripe.PaymentIntent,
    status: str,
    refundable: bool,
) -> None:
    disputed(world, paid.id, amount=400, status=status)

    if refundable:
        assert client.v1.refunds.create(params={"payment_intent": paid.id}).amount == 1000
        return
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params={"payment_intent": paid.id, "amount": 100})
    assert (refusal.value.http_status, refusal.value.code) == (400, "charge_disputed")


def test_an_inquiry_does_not_keep_from_refunding(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    disputed(world, paid.id, reason="inquiry")

    assert client.v1.refunds.create(params={"payment_intent": paid.id}).status == "succeeded"


def test_one_charge_has_one_open_dispute(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    first = disputed(world, paid.id, amount=300)
    with pytest.raises(requests.HTTPError):
        disputed(world, paid.id, amount=200)

    world.call("POST", f"disputes/{first['id']}/close", {"status": "lost"})
    second = disputed(world, paid.id, amount=200)

    found = client.v1.disputes.list(params={"payment_intent": paid.id, "limit": 1})
    assert [one.id for one in found.auto_paging_iter()] == [second["id"], first["id"]]


def test_an_early_fraud_warning_is_told_and_loses_its_point(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    path = f"payment_intents/{paid.id}/early_fraud_warning"
    made = world.call("POST", path, {"fraud_type": "made_with_stolen_card"})
    other = pay_intent(client, an_intent(client).id, "pm_card_createIssuerFraudRecord")

    warnings = client.v1.radar.early_fraud_warnings
    assert warnings.retrieve(made["id"]).fraud_type == "made_with_stolen_card"
    found = warnings.list(params={"payment_intent": other.id}).data
    assert [(one.charge, one.actionable) for one in found] == [(other.latest_charge, True)]

    client.v1.refunds.create(params={"payment_intent": paid.id})
    disputed(world, other.id)

    assert not any(one.actionable for one in warnings.list().data)
    told = [kind for kind in world.event_types() if kind.startswith("radar")]
    kind = "radar.early_fraud_warning"
    assert told == [f"{kind}.created", f"{kind}.created", f"{kind}.updated", f"{kind}.updated"]
    with pytest.raises(requests.HTTPError):
        world.call("POST", path, {"fraud_type": "mood"})
