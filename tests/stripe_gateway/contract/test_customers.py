"""Customers as Stripe keeps them: made once a key, found until they are deleted."""

from __future__ import annotations

import pytest
import requests

from checkout_service.domain.errors import StripeRejected
from checkout_service.stripe_gateway import StripeParts
from tests.support.stack import Sandbox

from .build import CARD, a_request, an_intent, intent_of, look, opened, pay


def test_a_customer_is_made_once_a_key(gateway: StripeParts) -> None:
    first, again, other = (
        gateway.customers.create(email="ada@example.com", idempotency_key=key)
        for key in ("one", "one", None)
    )

    assert first == again != other
    assert gateway.customers.is_there(first)


@pytest.mark.parametrize("name", ["cus_nobody", "cus_0"])
def test_a_customer_nobody_made_is_not_there(gateway: StripeParts, name: str) -> None:
    assert not gateway.customers.is_there(name)


def test_a_customer_that_was_deleted_is_not_there(sandbox: Sandbox, gateway: StripeParts) -> None:
    name = gateway.customers.create(email="ada@example.com", idempotency_key=None)
    merchant = {"Authorization": "Bearer sk_test_contract"}
    requests.delete(f"{sandbox.url}/v1/customers/{name}", headers=merchant, timeout=60)

    assert not gateway.customers.is_there(name)


def test_sessions_and_intents_say_whose_they_are(sandbox: Sandbox, gateway: StripeParts) -> None:
    name = gateway.customers.create(email="ada@example.com", idempotency_key=None)
    session = opened(gateway, a_request(options={"session": {"customer": name}}))
    pay(sandbox, session, CARD)
    intent = intent_of(gateway.intents.open(an_intent(customer=name))[0])

    for seen in (look(gateway, session), intent):
        assert seen.buyer.customer is not None
        assert seen.buyer.customer.id == name


def test_a_customer_that_is_not_there_is_refused_by_name(gateway: StripeParts) -> None:
    with pytest.raises(StripeRejected, match="cus_nobody") as refusal:
        gateway.intents.open(an_intent(customer="cus_nobody"))
    assert refusal.value.reason == "resource_missing"
