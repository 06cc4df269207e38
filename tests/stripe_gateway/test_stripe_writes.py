"""What we write to Stripe, parameter by parameter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checkout_service.domain.errors import StripeUnavailable
from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import IntentView, SessionView
from checkout_service.domain.ports.intents import IntentRequest
from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from checkout_service.stripe_gateway import StripeParts
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe

POSTER = LineRequest("Poster", 2500, "usd", 2, description="A2, matte")
REQUEST = SessionRequest(
    idempotency_key="co_1",
    order_id=sj.ORDER_ID,
    attempt_id="att_1",
    reference="ref_1",
    mode="payment",
    currency="usd",
    lines=(POSTER,),
    success_url="https://shop.example/ok?session_id={CHECKOUT_SESSION_ID}",
    cancel_url="https://shop.example/no",
)
INTENT = IntentRequest("pi_key", sj.ORDER_ID, "att_1", 5000, "usd", "Order", "x@y.z", {"a": "b"})
LEAST = {
    "integration_identifier": "checkout_service",
    "mode": "payment",
    "currency": "usd",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "2500",
    "line_items[0][price_data][product_data][name]": "Poster",
    "line_items[0][price_data][product_data][description]": "A2, matte",
    "line_items[0][quantity]": "2",
    "success_url": "https://shop.example/ok?session_id={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.example/no",
    "client_reference_id": "ref_1",
    "metadata[order_id]": sj.ORDER_ID,
    "metadata[checkout_attempt_id]": "att_1",
    "payment_intent_data[metadata][order_id]": sj.ORDER_ID,
    "payment_intent_data[metadata][checkout_attempt_id]": "att_1",
}


def written(stub: StubStripe) -> dict[str, str]:
    return {name: values[0] for name, values in stub.seen[-1].form.items()}


def session_of(fact: Fact | None) -> SessionView:
    assert fact is not None
    assert isinstance(fact.subject, SessionView)
    return fact.subject


def intent_of(fact: Fact | None) -> IntentView:
    assert fact is not None
    assert isinstance(fact.subject, IntentView)
    return fact.subject


@pytest.fixture(autouse=True)
def _an_open_session(stub: StubStripe) -> None:
    stub.says(Answer(sj.a_session(status="open", url="https://checkout.stripe.com/c/pay/x")))


def test_a_session_says_no_more_than_it_must(gateway: StripeParts, stub: StubStripe) -> None:
    view = session_of(gateway.sessions.open(REQUEST)[0])

    assert view.url == "https://checkout.stripe.com/c/pay/x"
    assert written(stub) == LEAST
    assert stub.seen[0].headers["Idempotency-Key"] == "co_1"


@pytest.mark.parametrize(
    ("change", "adds"),
    [
        ({"customer_email": "x@y.z"}, {"customer_email": "x@y.z"}),
        ({"locale": "de"}, {"locale": "de"}),
        ({"expires_at": 1_790_000_000_999}, {"expires_at": "1790000000"}),
        ({"metadata": {"cart": "7"}},
         {"metadata[cart]": "7", "payment_intent_data[metadata][cart]": "7"}),
        ({"metadata": {"order_id": "forged"}}, {}),
        ({"options": {"allow_promotion_codes": True}},
         {"allow_promotion_codes": "true", "expand[0]": "line_items"}),
        ({"options": {"automatic_tax": True, "tax_behavior": "inclusive"}},
         {"automatic_tax[enabled]": "true", "expand[0]": "line_items",
          "line_items[0][price_data][tax_behavior]": "inclusive"}),
        ({"options": {"shipping_options": [
            {"name": "Post", "currency": "usd", "amount": 500, "stripe_shipping_rate": None},
            {"stripe_shipping_rate": "shr_1"}]}},
         {"expand[0]": "line_items",
          "shipping_options[0][shipping_rate_data][type]": "fixed_amount",
          "shipping_options[0][shipping_rate_data][display_name]": "Post",
          "shipping_options[0][shipping_rate_data][fixed_amount][amount]": "500",
          "shipping_options[0][shipping_rate_data][fixed_amount][currency]": "usd",
          "shipping_options[1][shipping_rate]": "shr_1"}),
        ({"options": {"shipping_countries": ("DE", "FR")}},
         {"shipping_address_collection[allowed_countries][0]": "DE",
          "shipping_address_collection[allowed_countries][1]": "FR"}),
        ({"options": {"recovery": True}}, {"after_expiration[recovery][enabled]": "true"}),
        ({"options": {"recovery": True, "allow_promotion_codes": True}},
         {"after_expiration[recovery][enabled]": "true", "allow_promotion_codes": "true",
          "after_expiration[recovery][allow_promotion_codes]": "true",
          "expand[0]": "line_items"}),
        ({"options": {"allow_promotion_codes": False, "automatic_tax": None,
                      "shipping_countries": [], "recovery": False}}, {}),
    ],
)  # fmt: skip
def test_what_is_said_besides(
    gateway: StripeParts, stub: StubStripe, change: dict[str, Any], adds: dict[str, str]
) -> None:
    gateway.sessions.open(replace(REQUEST, **change))

    assert written(stub) == {**LEAST, **adds}


def test_stripes_own_price_goes_by_its_id(gateway: StripeParts, stub: StubStripe) -> None:
    line = replace(POSTER, stripe_price="price_1", quantity=3)

    gateway.sessions.open(replace(REQUEST, lines=(line,)))

    items = {k: v for k, v in written(stub).items() if k.startswith("line_items")}
    assert items == {"line_items[0][price]": "price_1", "line_items[0][quantity]": "3"}


def test_an_empty_description_is_left_out(gateway: StripeParts, stub: StubStripe) -> None:
    gateway.sessions.open(replace(REQUEST, lines=(replace(POSTER, description=""),)))

    assert "line_items[0][price_data][product_data][description]" not in written(stub)


def test_a_subscription_hands_its_metadata_to_the_subscription(
    gateway: StripeParts, stub: StubStripe
) -> None:
    line = replace(POSTER, recurring={"interval": "month", "interval_count": 2})

    gateway.sessions.open(replace(REQUEST, mode="subscription", lines=(line,)))

    form = written(stub)
    assert form["line_items[0][price_data][recurring][interval]"] == "month"
    assert form["line_items[0][price_data][recurring][interval_count]"] == "2"
    assert form["subscription_data[metadata][order_id]"] == sj.ORDER_ID
    assert not [name for name in form if name.startswith("payment_intent_data")]


def test_an_intent_is_created_with_its_key_and_its_secret_passes_through(
    gateway: StripeParts, stub: StubStripe
) -> None:
    stub.says(Answer(sj.an_intent(status="requires_payment_method", amount_received=0)))

    fact, secret = gateway.intents.open(INTENT)

    assert intent_of(fact).status == "requires_payment_method"
    assert secret == f"{sj.INTENT_ID}_secret_x"
    assert secret not in repr(fact)
    assert stub.seen[0].headers["Idempotency-Key"] == "pi_key"
    assert written(stub) == {
        "amount": "5000",
        "currency": "usd",
        "automatic_payment_methods[enabled]": "true",
        "description": "Order",
        "receipt_email": "x@y.z",
        "metadata[a]": "b",
        "metadata[order_id]": sj.ORDER_ID,
        "metadata[checkout_attempt_id]": "att_1",
    }


def test_a_secret_is_read_again_never_kept(
    gateway: StripeParts, stub: StubStripe, reads: list[bool]
) -> None:
    stub.says(Answer(sj.an_intent()))

    assert gateway.intents.client_secret(sj.INTENT_ID) == gateway.intents.client_secret(
        sj.INTENT_ID
    )
    assert reads == [True, True]


@pytest.mark.parametrize("secret", [None, "", 3])
def test_an_intent_without_a_secret_is_not_believed(
    gateway: StripeParts, stub: StubStripe, secret: object
) -> None:
    stub.says(Answer(sj.an_intent(client_secret=secret)))

    with pytest.raises(StripeUnavailable):
        gateway.intents.client_secret(sj.INTENT_ID)


def test_an_intents_amount_is_changed_under_a_key(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(Answer(sj.an_intent(amount=700)))

    fact = gateway.intents.update(sj.INTENT_ID, amount=700, idempotency_key="k")

    assert intent_of(fact).amount == 700
    assert stub.seen[0].path == f"/v1/payment_intents/{sj.INTENT_ID}"
    assert written(stub) == {"amount": "700"}
    assert stub.seen[0].headers["Idempotency-Key"] == "k"
