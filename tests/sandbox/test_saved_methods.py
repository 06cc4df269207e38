"""Ways to pay that a customer saved: when they are kept, shown again, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import a_session, an_intent
from tests.sandbox.conftest import World

EMAIL = "ada@example.com"
SAVES: Any = {"payment_intent_data": {"setup_future_usage": "off_session"}}
ASKS: Any = {"saved_payment_method_options": {"payment_method_save": "enabled"}}


def a_customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create(params={"email": EMAIL}).id


def methods(client: stripe.StripeClient, customer: str) -> list[stripe.PaymentMethod]:
    return client.v1.payment_methods.list(params={"customer": customer}).data


def page_of(session: stripe.checkout.Session) -> str:
    assert session.url is not None
    return requests.get(session.url, timeout=60).text


def test_a_customers_address_stays_whatever_a_buyer_types(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client, customer=a_customer(client))
    assert f'value="{EMAIL}"' in page_of(session)

    done = world.pay(session.id, email="else@example.com")

    assert done["customer_details"]["email"] == EMAIL
    intent = client.v1.payment_intents.retrieve(done["payment_intent"])
    assert intent.customer == session.customer


@pytest.mark.parametrize(
    ("asked", "told", "shown"),
    [
        ({}, {}, None),
        (SAVES, {}, "limited"),
        (ASKS, {"save_payment_method": True}, "always"),
        (ASKS, {}, None),
        ({}, {"save_payment_method": True}, None),
    ],
)
def test_a_way_to_pay_is_kept_where_the_shop_or_the_buyer_asks_for_it(
    client: stripe.StripeClient, world: World, asked: Any, told: Any, shown: str | None
) -> None:
    customer = a_customer(client)

    world.pay(a_session(client, customer=customer, **asked).id, **told)

    kept = [method.allow_redisplay for method in methods(client, customer)]
    assert kept == ([] if shown is None else [shown])


def test_what_the_buyer_agreed_to_is_offered_and_the_rest_on_request(
    client: stripe.StripeClient, world: World
) -> None:
    customer = a_customer(client)
    world.pay(a_session(client, customer=customer, **SAVES).id, "5555555555554444")
    session = a_session(client, customer=customer, **ASKS)
    form = {"method": "card", "number": "4242424242424242", "save": "1"}
    assert session.url is not None
    assert requests.post(session.url, form, timeout=60, allow_redirects=False).status_code == 303

    plain = page_of(a_session(client, customer=customer))
    filters: Any = {"allow_redisplay_filters": ["always", "limited"]}
    more = page_of(a_session(client, customer=customer, saved_payment_method_options=filters))

    assert "Visa ending in 4242" in plain
    assert "Mastercard ending in 4444" not in plain
    assert "Mastercard ending in 4444" in more
    assert "ending in" not in page_of(a_session(client))
    assert "ending in" not in page_of(a_session(client, customer=a_customer(client)))


def test_a_saved_way_to_pay_pays_again_and_stays_the_same_one(
    client: stripe.StripeClient, world: World
) -> None:
    customer = a_customer(client)
    world.pay(a_session(client, customer=customer, **SAVES).id)
    (saved,) = methods(client, customer)
    filters = {"allow_redisplay_filters": ["limited"]}
    session = a_session(client, customer=customer, saved_payment_method_options=filters)
    assert session.url is not None

    answer = requests.post(session.url, {"method": saved.id}, timeout=60, allow_redirects=False)

    assert answer.status_code == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert isinstance(paid.payment_intent, str)
    assert client.v1.payment_intents.retrieve(paid.payment_intent).payment_method == saved.id
    assert len(methods(client, customer)) == 1


@pytest.mark.parametrize("other", [True, False])
def test_nobody_pays_with_what_another_saved(
    client: stripe.StripeClient, world: World, other: bool
) -> None:
    customer = a_customer(client)
    world.pay(a_session(client, customer=customer, **SAVES).id)
    (saved,) = methods(client, customer)
    stranger: Any = {"customer": a_customer(client)} if other else {}
    session = a_session(client, **stranger)
    assert session.url is not None

    answer = requests.post(
        session.url, {"method": saved.id, "email": "x@y.zz"}, timeout=60, allow_redirects=False
    )

    assert answer.status_code == 400
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    "more",
    [
        {"customer": "cus_nobody"},
        {"customer_email": EMAIL},
        {"customer_creation": "always"},
    ],
)
def test_a_customer_must_be_there_and_stands_alone(client: stripe.StripeClient, more: Any) -> None:
    named: Any = {"customer": a_customer(client)} | more

    with pytest.raises(stripe.InvalidRequestError, match=r"cus_nobody|only specify one"):
        a_session(client, **named)


def test_an_intent_of_nobodys_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        an_intent(client, customer="cus_nobody")


def test_a_customer_that_was_deleted_says_so(client: stripe.StripeClient) -> None:
    name = a_customer(client)
    client.v1.customers.delete(name)

    assert client.v1.customers.retrieve(name).deleted is True
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        a_session(client, customer=name)
