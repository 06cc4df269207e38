"""Manual capture: held, taken in whole or in part, released, lapsed; intents canceled."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import CHALLENGED, a_session, an_intent, pay_intent
from tests.sandbox.conftest import World

DAY = 86_400
HELD = [
    "payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated",
]  # fmt: skip


def a_hold(client: stripe.StripeClient, **more: Any) -> stripe.PaymentIntent:
    return an_intent(
        client, capture_method="manual", confirm=True, payment_method="pm_card_visa", **more
    )


def charge_of(client: stripe.StripeClient, intent: str) -> stripe.Charge:
    found = client.v1.payment_intents.retrieve(
        intent, params={"expand": ["latest_charge.refunds"]}
    ).latest_charge
    assert isinstance(found, stripe.Charge)
    return found


def test_a_hold_says_until_when_it_can_be_captured(client: stripe.StripeClient) -> None:
    charge = charge_of(client, a_hold(client).id)

    assert (charge.captured, charge.amount_captured, charge.paid) == (False, 0, True)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.capture_before == charge.created + 7 * DAY


def test_a_part_is_captured_and_the_rest_released(
    client: stripe.StripeClient, world: World
) -> None:
    held = a_hold(client, metadata={"order_id": "ord_1"})

    taken = client.v1.payment_intents.capture(
        held.id, params={"amount_to_capture": 1000, "metadata": {"parcel": "1"}}
    )

    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 1000, 0)
    assert taken.metadata.to_dict() == {"order_id": "ord_1", "parcel": "1"}
    charge = charge_of(client, held.id)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (1000, 500, False)
    assert charge.refunds is not None
    assert [(one.amount, one.balance_transaction) for one in charge.refunds.data] == [(500, None)]
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create(params={"payment_intent": held.id, "amount": 1001})
    client.v1.refunds.create(params={"payment_intent": held.id})
    assert charge_of(client, held.id).refunded
    world.call("POST", "clock", {"advance": 8 * DAY})
    assert client.v1.payment_intents.retrieve(held.id).status == "succeeded"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount_to_capture": 1501}, "amount_too_large"),
        ({"amount_to_capture": 0}, "parameter_invalid_integer"),
        ({"final_capture": False}, "parameter_not_modelled"),
        ({"application_fee_amount": 5}, "parameter_not_modelled"),
    ],
)
def test_a_wrong_capture_is_refused(client: stripe.StripeClient, params: Any, code: str) -> None:
    held = a_hold(client)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(held.id, params=params)

    assert refusal.value.code == code
    assert client.v1.payment_intents.retrieve(held.id).status == "requires_capture"


def test_canceling_releases_what_is_held(client: stripe.StripeClient, world: World) -> None:
    held = a_hold(client)

    client.v1.payment_intents.cancel(held.id, params={"cancellation_reason": "duplicate"})

    after = client.v1.payment_intents.retrieve(held.id)
    assert (after.status, after.amount_capturable, after.amount_received) == ("canceled", 0, 0)
    charge = charge_of(client, held.id)
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, True, 1500)
    told = world.events()[3:]
    assert [event["type"] for event in told] == ["charge.refunded", "payment_intent.canceled"]
    assert told[1]["data"]["object"]["cancellation_reason"] == "duplicate"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params={"payment_intent": held.id})
    assert refusal.value.code == "charge_already_refunded"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.capture(held.id)


def test_a_hold_ends_by_itself_after_a_week(client: stripe.StripeClient, world: World) -> None:
    held = a_hold(client)
    world.call("POST", "clock", {"advance": 7 * DAY - 60})
    assert client.v1.payment_intents.retrieve(held.id).status == "requires_capture"

    world.call("POST", "clock", {"advance": 62})

    after = client.v1.payment_intents.retrieve(held.id)
    assert (after.status, after.cancellation_reason) == ("canceled", "automatic")
    assert world.event_types() == [*HELD, "charge.expired", "payment_intent.canceled"]
    charge = charge_of(client, held.id)
    assert charge.refunds is not None
    assert charge.refunds.data[0].reason == "expired_uncaptured_charge"


@pytest.mark.parametrize("challenged", [True, False])
def test_a_session_holds_money_until_it_is_captured(
    client: stripe.StripeClient, world: World, challenged: bool
) -> None:
    session = a_session(client, 2000, "eur", payment_intent_data={"capture_method": "manual"})
    assert session.payment_method_types == ["card"]  # nothing else can be held
    done = world.pay(session.id, CHALLENGED if challenged else "4242424242424242")
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    assert world.event_types() == [*HELD, "checkout.session.completed"]
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"payment_intents/{done['payment_intent']}/settle")

    client.v1.payment_intents.capture(done["payment_intent"], params={"amount_to_capture": 1500})

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert world.event_types()[4:] == ["charge.captured", "payment_intent.succeeded"]


@pytest.mark.parametrize("by_clock", [True, False])
def test_the_held_money_of_a_session_is_released(
    client: stripe.StripeClient, world: World, by_clock: bool
) -> None:
    session = a_session(client, payment_intent_data={"capture_method": "manual"})
    intent = world.pay(session.id)["payment_intent"]

    if by_clock:
        world.call("POST", "clock", {"advance": 8 * DAY})
    else:
        client.v1.payment_intents.cancel(intent)

    after = client.v1.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert client.v1.payment_intents.retrieve(intent).status == "canceled"
    assert world.event_types()[-1] == "payment_intent.canceled"


@pytest.mark.parametrize(
    "reason", ["duplicate", "fraudulent", "requested_by_customer", "abandoned"]
)
def test_a_canceled_intent_says_why(client: stripe.StripeClient, world: World, reason: Any) -> None:
    intent = an_intent(client)

    canceled = client.v1.payment_intents.cancel(intent.id, params={"cancellation_reason": reason})

    assert canceled.cancellation_reason == reason
    assert world.events()[-1]["data"]["object"]["cancellation_reason"] == reason


@pytest.mark.parametrize("reason", ["automatic", "expired", "mood"])
def test_only_four_reasons_can_be_given(client: stripe.StripeClient, reason: Any) -> None:
    intent = an_intent(client)

    with pytest.raises(stripe.InvalidRequestError, match="Invalid cancellation_reason"):
        client.v1.payment_intents.cancel(intent.id, params={"cancellation_reason": reason})

    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_the_metadata_of_a_paid_intent_can_still_be_changed(
    client: stripe.StripeClient, world: World
) -> None:
    bare = pay_intent(client, an_intent(client, metadata={"a": "1"}).id)
    of_session = world.pay(a_session(client).id)["payment_intent"]

    for name in (bare.id, of_session):
        changed = client.v1.payment_intents.update(name, params={"metadata": {"b": "2"}})
        assert changed.metadata["b"] == "2"
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.payment_intents.update(name, params={"amount": 900})
        assert refusal.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    "params",
    [{"application_fee_amount": 5}, {"on_behalf_of": "acct_1"},
     {"transfer_data": {"destination": "acct_1"}}],
)  # fmt: skip
def test_what_would_change_an_intents_money_is_refused_by_name(
    client: stripe.StripeClient, params: Any
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        an_intent(client, **params)

    assert (refusal.value.code, refusal.value.param) == ("parameter_not_modelled", *params)
