"""Refunds and disputes: partial, too large, pending, bounced; opened, won, lost."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import a_session, an_intent, pay_intent
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
        ({"reason": "mood"}, "parameter_invalid"),
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
