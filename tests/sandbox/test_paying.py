"""What becomes of a session when somebody pays it, and which events tell of it."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import BAD_IBAN, CHALLENGED, DECLINED, IBAN, a_session
from tests.sandbox.conftest import World

CARD_EVENTS = [
    "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    "checkout.session.completed",
]  # fmt: skip
SEPA_EVENTS = [
    "payment_intent.created", "payment_intent.processing", "charge.pending",
    "checkout.session.completed",
]  # fmt: skip


def refusal(caught: pytest.ExceptionInfo[requests.HTTPError]) -> dict[str, Any]:
    error: dict[str, Any] = caught.value.response.json()["error"]
    return error


def test_a_card_pays_at_once(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, payment_intent_data={"metadata": {"order_id": "ord_1"}})

    paid = world.pay(session.id, email="jenny@example.com")

    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["customer_details"]["email"] == "jenny@example.com"
    intent = client.v1.payment_intents.retrieve(
        paid["payment_intent"], params={"expand": ["latest_charge", "payment_method"]}
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 1500)
    assert intent.metadata["order_id"] == "ord_1"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.paid
    assert intent.latest_charge.billing_details.email == "jenny@example.com"
    assert world.event_types() == CARD_EVENTS


def test_a_declined_card_leaves_the_session_open_for_another(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client)

    with pytest.raises(requests.HTTPError) as caught:
        world.pay(session.id, DECLINED)

    error = refusal(caught)
    assert caught.value.response.status_code == 402
    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["decline_code"] == "generic_decline"
    first = client.v1.checkout.sessions.retrieve(session.id)
    assert (first.status, first.payment_status) == ("open", "unpaid")
    paid = world.pay(session.id)
    assert paid["payment_intent"] == first.payment_intent
    assert world.event_types() == [
        "payment_intent.created", "charge.failed", "payment_intent.payment_failed",
        "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4000000000009995", "card_declined"),
        ("4000000000000069", "expired_card"),
        ("4000000000000127", "incorrect_cvc"),
        ("4000000000000119", "processing_error"),
        ("4242424242424241", "incorrect_number"),
        ("1234", "incorrect_number"),
        ("pm_card_visa_chargeDeclined", "card_declined"),
    ],
)
def test_each_card_is_declined_for_its_own_reason(
    client: stripe.StripeClient, world: World, number: str, code: str
) -> None:
    session = a_session(client)

    with pytest.raises(requests.HTTPError) as caught:
        world.pay(session.id, number)

    assert refusal(caught)["code"] == code


@pytest.mark.parametrize("number", ["pm_card_mastercard", "378282246310005", "4242 4242 4242 4242"])
def test_each_good_card_pays(client: stripe.StripeClient, world: World, number: str) -> None:
    assert world.pay(a_session(client).id, number)["payment_status"] == "paid"


def test_a_challenge_can_be_passed_and_failed(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)

    with pytest.raises(requests.HTTPError) as caught:
        world.pay(session.id, CHALLENGED, three_d_secure="fail")

    assert refusal(caught)["code"] == "payment_intent_authentication_failure"
    assert world.event_types()[-1] == "payment_intent.payment_failed"
    assert world.pay(session.id, CHALLENGED, three_d_secure="pass")["payment_status"] == "paid"


def test_a_debit_is_on_its_way_until_it_comes_in(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, currency="eur")

    waiting = world.pay(session.id, IBAN)

    assert (waiting["status"], waiting["payment_status"]) == ("complete", "unpaid")
    assert world.event_types() == SEPA_EVENTS
    world.call("POST", f"payment_intents/{waiting['payment_intent']}/settle", {})
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert world.event_types()[4:] == [
        "charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded",
    ]  # fmt: skip


@pytest.mark.parametrize("by_clock", [True, False])
def test_a_debit_can_fail(client: stripe.StripeClient, world: World, by_clock: bool) -> None:
    session = a_session(client, currency="eur")
    waiting = world.pay(session.id, BAD_IBAN if by_clock else IBAN)

    if by_clock:
        world.call("POST", "clock", {"advance": 200})
    else:
        path = f"payment_intents/{waiting['payment_intent']}/settle"
        world.call("POST", path, {"outcome": "failed"})

    after = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert isinstance(after.payment_intent, stripe.PaymentIntent)
    assert after.payment_intent.status == "requires_payment_method"
    assert world.event_types()[4:] == [
        "charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed",
    ]  # fmt: skip


def test_a_good_debit_comes_in_by_the_clock(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, currency="eur")
    world.pay(session.id, IBAN)
    world.call("POST", "clock", {"advance": 200})

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_debit_needs_euros(client: stripe.StripeClient, world: World) -> None:
    with pytest.raises(requests.HTTPError) as caught:
        world.pay(a_session(client).id, IBAN)

    assert caught.value.response.status_code == 400


def test_a_voucher_waits_for_the_buyer(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)

    waiting = world.pay(session.id, "pm_voucher")

    assert (waiting["status"], waiting["payment_status"]) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(waiting["payment_intent"])
    assert intent.status == "requires_action"
    world.call("POST", f"payment_intents/{intent.id}/settle", {"outcome": "succeeded"})
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"payment_intents/{intent.id}/settle", {"outcome": "succeeded"})


def test_a_free_order_needs_no_payment(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, 0)

    done = world.pay(session.id)

    assert (done["status"], done["payment_status"]) == ("complete", "no_payment_required")
    assert done["payment_intent"] is None
    assert world.event_types() == ["checkout.session.completed"]


def test_a_promotion_code_lowers_the_total(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, 2000, allow_promotion_codes=True)
    page = f"/c/pay/{session.id}"

    wrong = world.raw("POST", page, data={"action": "promotion", "code": "NO"})
    right = world.raw("POST", page, data={"action": "promotion", "code": "save10"})

    assert (wrong.status_code, right.status_code) == (400, 303)
    paid = world.pay(session.id)
    assert (paid["amount_subtotal"], paid["amount_total"]) == (2000, 1800)
    assert paid["total_details"]["amount_discount"] == 200
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).amount == 1800


def test_a_closed_session_takes_no_payment(client: stripe.StripeClient, world: World) -> None:
    paid, expired = a_session(client), a_session(client)
    world.pay(paid.id)
    world.call("POST", f"checkout/sessions/{expired.id}/expire")

    for session in (paid, expired):
        with pytest.raises(requests.HTTPError) as caught:
            world.pay(session.id)
        assert caught.value.response.status_code == 400
    assert world.event_types().count("checkout.session.completed") == 1


def test_expiring_a_session_cancels_its_intent(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)
    with pytest.raises(requests.HTTPError):
        world.pay(session.id, DECLINED)

    client.v1.checkout.sessions.expire(session.id)

    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert client.v1.payment_intents.retrieve(str(intent)).status == "canceled"


def test_the_intent_of_a_session_cannot_be_handled_directly(
    client: stripe.StripeClient, world: World
) -> None:
    intent = world.pay(a_session(client, currency="eur").id, IBAN)["payment_intent"]

    for act in (client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError, match="belongs to a Checkout Session"):
            act(intent)


def test_an_american_account_pays_with_dollars(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)
    world.pay(session.id, "000123456789")
    world.call("POST", "clock", {"advance": 200})
    failing = a_session(client)
    intent = world.pay(failing.id, "000111111116")["payment_intent"]
    world.call("POST", "clock", {"advance": 200})

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    error = client.v1.payment_intents.retrieve(intent).last_payment_error
    assert error is not None
    assert error.code == "no_account"
