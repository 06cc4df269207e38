"""Refunds: partial, too large, pending until told, bounced, waiting for their buyer."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import an_intent, pay_intent
from tests.sandbox.conftest import World


@pytest.fixture
def paid(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return pay_intent(client, an_intent(client, 1000).id)


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge), params={"expand": ["refunds"]})


def test_refunds_add_up_to_the_charge(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    first = client.v1.refunds.create(
        params={"payment_intent": paid.id, "amount": 300, "reason": "requested_by_customer"}
    )
    assert (first.status, first.amount, first.charge) == ("succeeded", 300, paid.latest_charge)
    charge = charge_of(client, paid)
    assert (charge.amount_refunded, charge.refunded) == (300, False)

    rest = client.v1.refunds.create(params={"charge": str(paid.latest_charge)})

    assert rest.amount == 700
    charge = charge_of(client, paid)
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    assert charge.refunds is not None
    assert {refund.id for refund in charge.refunds.data} == {first.id, rest.id}
    assert len(client.v1.refunds.list(params={"payment_intent": paid.id}).data) == 2
    told = [(e["type"], e["data"].get("previous_attributes")) for e in world.events()[3:]]
    assert told == [
        ("refund.created", None),
        ("charge.refunded", {"amount_refunded": 0}),
        ("refund.created", None),
        ("charge.refunded", {"amount_refunded": 300}),
    ]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 1001}, None),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"amount": "x"}, "parameter_invalid_integer"),
        ({"reason": "mood"}, None),
        ({"payment_intent": "pi_no"}, "resource_missing"),
        ({"surprise": 1}, "parameter_unknown"),
    ],
)
def test_a_wrong_refund_is_refused(
    client: stripe.StripeClient, paid: stripe.PaymentIntent, params: Any, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create(params={"payment_intent": paid.id} | params)

    assert caught.value.code == code


def test_a_charge_is_refunded_only_once(
    client: stripe.StripeClient, paid: stripe.PaymentIntent
) -> None:
    client.v1.refunds.create(params={"payment_intent": paid.id})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create(params={"payment_intent": paid.id})

    assert caught.value.code == "charge_already_refunded"


def test_an_unpaid_intent_has_nothing_to_refund(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create(params={"payment_intent": an_intent(client).id})


@pytest.mark.parametrize(
    ("method", "first", "last"),
    [
        ("pm_card_pendingRefund", "pending", "succeeded"),
        ("pm_card_refundFail", "succeeded", "failed"),
    ],
)
def test_some_refunds_change_their_mind(
    client: stripe.StripeClient, world: World, method: str, first: str, last: str
) -> None:
    intent = pay_intent(client, an_intent(client, 1000).id, method)
    refund = client.v1.refunds.create(params={"payment_intent": intent.id})
    assert refund.status == first

    world.call("POST", "clock", {"advance": 200})

    after = client.v1.refunds.retrieve(refund.id)
    assert after.status == last
    assert charge_of(client, intent).amount_refunded == (0 if last == "failed" else 1000)
    expected = "refund.failed" if last == "failed" else "refund.updated"
    assert world.event_types()[-2:] == [expected, "charge.refund.updated"]


def test_any_refund_can_be_made_to_bounce(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    refund = client.v1.refunds.create(params={"payment_intent": paid.id, "amount": 400})

    world.call("POST", f"refunds/{refund.id}/fail")

    after = client.v1.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert charge_of(client, paid).amount_refunded == 0
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"refunds/{refund.id}/fail")
    assert client.v1.refunds.create(params={"payment_intent": paid.id}).amount == 1000


def begin(world: World, intent: str, status: str) -> None:
    world.call("POST", f"payment_intents/{intent}/refunds", {"status": status})


@pytest.mark.parametrize(
    ("status", "kind"), [("succeeded", "refund.updated"), ("failed", "refund.failed")]
)
def test_a_refund_can_stay_pending_until_it_is_told(
    client: stripe.StripeClient,
    world: World,
    paid: stripe.PaymentIntent,
    status: str,
    kind: str,
) -> None:
    begin(world, paid.id, "pending")
    refund = client.v1.refunds.create(params={"payment_intent": paid.id, "amount": 400})
    world.call("POST", "clock", {"advance": 30 * 86_400})
    assert client.v1.refunds.retrieve(refund.id).status == "pending"
    assert charge_of(client, paid).amount_refunded == 400
    created = client.v1.events.list(params={"type": "refund.created"}).data[0]
    assert created.data.object["status"] == "pending"

    world.call("POST", f"refunds/{refund.id}/settle", {"status": status})

    assert client.v1.refunds.retrieve(refund.id).status == status
    assert charge_of(client, paid).amount_refunded == (400 if status == "succeeded" else 0)
    assert world.event_types()[-2:] == [kind, "charge.refund.updated"]
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"refunds/{refund.id}/settle", {"status": status})


def test_the_dashboard_refunds_as_well(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    given = {"amount": 250, "metadata": {"by": "clerk"}, "reason": "duplicate"}
    made = world.call("POST", f"payment_intents/{paid.id}/refund", given)

    refund = client.v1.refunds.retrieve(made["id"])
    assert (refund.status, refund.amount, refund.reason) == ("pending", 250, "duplicate")
    assert refund.metadata is not None
    assert refund.metadata["by"] == "clerk"
    assert client.v1.refunds.create(params={"payment_intent": paid.id}).amount == 750
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"payment_intents/{paid.id}/refund", {"amount": 1})


def test_the_metadata_of_a_refund_is_kept_changed_and_told(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    refund = client.v1.refunds.create(
        params={"payment_intent": paid.id, "amount": 400, "metadata": {"order_id": "ord_1"}}
    )

    client.v1.refunds.update(refund.id, params={"metadata": {"ticket": "7"}})
    client.v1.refunds.update(refund.id, params={"metadata": {"ticket": "7"}})  # nothing new

    shown = client.v1.refunds.list(params={"charge": str(paid.latest_charge)}).data[0].metadata
    assert shown is not None
    assert shown.to_dict() == {"order_id": "ord_1", "ticket": "7"}
    told = [e for e in world.events() if e["type"] == "refund.updated"]
    assert [e["data"]["previous_attributes"] for e in told] == [{"metadata": {"ticket": None}}]
    params: Any = {"amount": 1}
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: amount"):
        client.v1.refunds.update(refund.id, params=params)


def test_only_a_refund_that_waits_for_its_buyer_can_be_canceled(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    params: Any = {"payment_intent": paid.id, "amount": 300}
    sent = client.v1.refunds.create(params=params)
    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        client.v1.refunds.cancel(sent.id)
    begin(world, paid.id, "requires_action")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params=params)
    assert refusal.value.param == "instructions_email"
    email = {"instructions_email": "jenny@example.com"}
    waiting = client.v1.refunds.create(params=params | email)
    assert waiting.next_action is not None
    assert waiting.next_action.display_details is not None
    assert waiting.next_action.display_details.email_sent.email_sent_to == "jenny@example.com"
    assert charge_of(client, paid).amount_refunded == 600

    canceled = client.v1.refunds.cancel(waiting.id)

    assert (canceled.status, "next_action" in canceled) == ("canceled", False)
    assert charge_of(client, paid).amount_refunded == 300
    assert world.event_types()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_refunds_are_found_by_payment_and_charge_page_by_page(
    client: stripe.StripeClient, paid: stripe.PaymentIntent
) -> None:
    other = pay_intent(client, an_intent(client, 1000).id)
    for intent in (paid, other, paid, other, paid):
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 10})

    of_payment = client.v1.refunds.list(params={"payment_intent": paid.id, "limit": 2})
    of_charge = client.v1.refunds.list(params={"charge": str(other.latest_charge), "limit": 1})

    assert of_payment.has_more
    assert {refund.payment_intent for refund in of_payment.auto_paging_iter()} == {paid.id}
    assert len(list(of_charge.auto_paging_iter())) == 2


def test_money_that_is_only_held_is_released_not_refunded(client: stripe.StripeClient) -> None:
    held = an_intent(client, capture_method="manual", confirm=True, payment_method="pm_card_visa")

    with pytest.raises(stripe.InvalidRequestError, match="You must cancel the PaymentIntent"):
        client.v1.refunds.create(params={"payment_intent": held.id})


@pytest.mark.parametrize(
    ("name", "value"),
    [("reverse_transfer", True), ("refund_application_fee", True), ("origin", "customer_balance")],
)
def test_what_would_refund_otherwise_is_refused_by_name(
    client: stripe.StripeClient, paid: stripe.PaymentIntent, name: str, value: Any
) -> None:
    params: Any = {"payment_intent": paid.id, name: value}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params=params)

    assert (refusal.value.code, refusal.value.param) == ("parameter_not_modelled", name)
