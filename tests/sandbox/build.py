"""What tests ask the sandbox for, in the words of the SDK."""

from __future__ import annotations

from typing import Any, cast

import stripe
from stripe.checkout import Session
from stripe.params.checkout import SessionCreateParams

CARD = "4242424242424242"
DECLINED = "4000000000000002"
CHALLENGED = "4000002760003184"
IBAN = "AT611904300234573201"
BAD_IBAN = "AT861904300235473202"


def a_line(amount: int = 1500, currency: str = "usd", quantity: int = 1) -> Any:
    product = {"name": "Poster"}
    return {
        "price_data": {"currency": currency, "unit_amount": amount, "product_data": product},
        "quantity": quantity,
    }


def session_params(amount: int = 1500, currency: str = "usd", **more: Any) -> SessionCreateParams:
    params = {
        "mode": "payment",
        "line_items": [a_line(amount, currency)],
        "success_url": "https://shop.test/done?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.test/cancel",
        **more,
    }
    return cast(SessionCreateParams, params)


def a_session(
    client: stripe.StripeClient, amount: int = 1500, currency: str = "usd", **more: Any
) -> Session:
    return client.v1.checkout.sessions.create(params=session_params(amount, currency, **more))


def an_intent(
    client: stripe.StripeClient, amount: int = 1500, currency: str = "usd", **more: Any
) -> stripe.PaymentIntent:
    params = {
        "amount": amount,
        "currency": currency,
        "automatic_payment_methods": {"enabled": True},
        **more,
    }
    return client.v1.payment_intents.create(params=cast(Any, params))


def pay_intent(
    client: stripe.StripeClient, intent: str, method: str = "pm_card_visa"
) -> stripe.PaymentIntent:
    """Pay by a method's name, or by a card's number, which goes as data."""
    named = method.startswith("pm_")
    data = {"type": "card", "card": {"number": method}}
    told: Any = {"payment_method": method} if named else {"payment_method_data": data}
    told |= {"return_url": "https://shop.test/back"}
    return client.v1.payment_intents.confirm(intent, params=told)
