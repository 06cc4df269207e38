"""PaymentIntents over the API, by the merchant's key and by the browser's."""

from __future__ import annotations

from typing import Any, cast

import pytest
import stripe

from tests.sandbox.build import an_intent, pay_intent
from tests.sandbox.conftest import World

BACK = "https://shop.test/back?x=1"


def test_an_intent_waits_for_a_method(client: stripe.StripeClient, world: World) -> None:
    intent = an_intent(client, 2500, "eur", metadata={"order_id": "ord_1"})

    assert (intent.status, intent.amount) == ("requires_payment_method", 2500)
    assert intent.client_secret is not None
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert "sepa_debit" in intent.payment_method_types
    assert world.event_types() == ["payment_intent.created"]
    assert [found.id for found in client.v1.payment_intents.list().data] == [intent.id]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": None}, "parameter_missing"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"amount": -1}, "parameter_invalid_integer"),
        ({"amount": 10}, "amount_too_small"),
        ({"amount": 1.5}, "parameter_invalid_integer"),
        ({"currency": "dollars"}, None),
        ({"surprise": 1}, "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported"),
    ],
)
def test_a_wrong_intent_is_refused(client: stripe.StripeClient, params: Any, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create(params={"amount": 500, "currency": "usd"} | params)

    assert caught.value.code == code


def test_an_intent_can_be_changed_until_it_is_paid(client: stripe.StripeClient) -> None:
    intent = an_intent(client)

    changed = client.v1.payment_intents.update(
        intent.id, params={"amount": 900, "metadata": {"a": "b"}, "description": "One poster"}
    )

    assert (changed.amount, changed.description) == (900, "One poster")
    pay_intent(client, intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.update(intent.id, params={"amount": 1})
    assert caught.value.code == "payment_intent_unexpected_state"


def test_a_declined_card_leaves_the_same_intent_for_another(
    client: stripe.StripeClient, world: World
) -> None:
    intent = an_intent(client)

    with pytest.raises(stripe.CardError) as caught:
        pay_intent(client, intent.id, "pm_card_visa_chargeDeclined")

    assert caught.value.http_status == 402
    assert caught.value.error is not None
    assert caught.value.error.payment_intent is not None
    assert caught.value.error.payment_intent.status == "requires_payment_method"
    assert caught.value.error.decline_code == "generic_decline"
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.last_payment_error is not None
    assert after.last_payment_error.code == "card_declined"
    paid = pay_intent(client, intent.id)
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    assert world.event_types() == [
        "payment_intent.created", "charge.failed", "payment_intent.payment_failed",
        "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", ["pass", "fail"])
def test_a_challenge_sends_the_buyer_to_the_bank_and_back(
    client: stripe.StripeClient, world: World, outcome: str
) -> None:
    intent = an_intent(client)
    asked = client.v1.payment_intents.confirm(
        intent.id, params={"payment_method": "pm_card_authenticationRequired", "return_url": BACK}
    )
    assert asked.status == "requires_action"
    assert asked.next_action is not None
    assert asked.next_action.redirect_to_url is not None
    page = (asked.next_action.redirect_to_url.url or "").removeprefix(world.url)

    back = world.raw("POST", page, data={"outcome": outcome}).headers["Location"]

    result = "succeeded" if outcome == "pass" else "failed"
    assert back == (
        f"{BACK}&payment_intent={intent.id}&payment_intent_client_secret={intent.client_secret}"
        f"&redirect_status={result}"
    )
    expected = "succeeded" if outcome == "pass" else "requires_payment_method"
    assert client.v1.payment_intents.retrieve(intent.id).status == expected
    assert world.raw("POST", page, data={"outcome": outcome}).status_code == 410


def test_a_canceled_intent_stays_canceled(client: stripe.StripeClient, world: World) -> None:
    intent = an_intent(client)

    canceled = client.v1.payment_intents.cancel(
        intent.id, params={"cancellation_reason": "abandoned"}
    )

    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert world.event_types()[-1] == "payment_intent.canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        pay_intent(client, intent.id)


def test_a_method_can_be_made_first(client: stripe.StripeClient) -> None:
    method = client.v1.payment_methods.create(
        params={"type": "card", "card": {"number": "4242424242424242", "exp_month": 12,
                                         "exp_year": 2034, "cvc": "123"}}
    )  # fmt: skip
    token = client.v1.payment_methods.create(
        params={"type": "card", "card": cast(Any, {"token": "tok_mastercard"})}
    )

    assert token.card is not None
    assert token.card.brand == "mastercard"
    assert client.v1.payment_methods.retrieve(method.id).type == "card"
    assert pay_intent(client, an_intent(client).id, method.id).status == "succeeded"


def test_confirming_without_a_method_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(an_intent(client).id)


def test_an_intent_can_be_paid_when_it_is_made(client: stripe.StripeClient) -> None:
    paid = an_intent(client, confirm=True, payment_method="pm_card_visa", return_url=BACK)

    assert paid.status == "succeeded"


def test_manual_capture_holds_the_money(client: stripe.StripeClient, world: World) -> None:
    held = an_intent(client, capture_method="manual", confirm=True, payment_method="pm_card_visa")
    assert (held.status, held.amount_capturable) == ("requires_capture", 1500)

    taken = client.v1.payment_intents.capture(held.id, params={"amount_to_capture": 1000})

    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 1000, 0)
    assert world.event_types()[1:] == [
        "charge.succeeded", "payment_intent.amount_capturable_updated", "charge.captured",
        "payment_intent.succeeded",
    ]  # fmt: skip


def test_the_browsers_key_needs_the_client_secret(
    client: stripe.StripeClient, world: World
) -> None:
    intent = an_intent(client)
    browser = world.client("pk_test_1")

    with pytest.raises(stripe.InvalidRequestError):
        browser.v1.payment_intents.retrieve(intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        browser.v1.payment_intents.retrieve(intent.id, params={"client_secret": "wrong"})
    found = browser.v1.payment_intents.retrieve(
        intent.id, params={"client_secret": str(intent.client_secret)}
    )
    assert found.id == intent.id


def test_a_debit_confirmed_in_the_browser_is_processing(
    client: stripe.StripeClient, world: World
) -> None:
    intent = an_intent(client, currency="eur")
    params = {
        "client_secret": intent.client_secret,
        "return_url": BACK,
        "payment_method_data": {
            "type": "sepa_debit",
            "sepa_debit": {"iban": "AT611904300234573201"},
            "billing_details": {"name": "Jenny", "email": "jenny@example.com"},
        },
    }

    after = world.client("pk_test_1").v1.payment_intents.confirm(
        intent.id, params=cast(Any, params)
    )

    assert after.status == "processing"
    world.call("POST", "clock", {"advance": 400})
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
