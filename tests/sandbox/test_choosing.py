"""What a buyer changes on the page: quantities and added items, within what the session allows."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
import stripe

from tests.sandbox.build import a_line, a_session
from tests.sandbox.conftest import World


def a_price(client: stripe.StripeClient, amount: int = 700, **more: Any) -> str:
    params = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Frame"}, **more}
    return client.v1.prices.create(params=cast(Any, params)).id


def a_choice(client: stripe.StripeClient, frame: str) -> Any:
    """Open a session with a quantity that may be changed and an item that may be added."""
    line = a_line(1000) | {
        "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 3},
        "metadata": {"place": "0"},
    }
    more = {"price": frame, "quantity": 1, "adjustable_quantity": {"enabled": True, "maximum": 2}}
    return a_session(client, line_items=[line, a_line(500)], optional_items=[more])


def test_a_buyer_takes_more_and_adds_something(client: stripe.StripeClient, world: World) -> None:
    frame = a_price(client)
    session = a_choice(client, frame)
    assert session.optional_items[0].adjustable_quantity.maximum == 2

    paid = world.call(
        "POST",
        f"checkout/sessions/{session.id}/pay",
        {"quantities": {"0": 3}, "optional_items": {frame: 2}},
    )

    assert paid["amount_subtotal"] == paid["amount_total"] == 3 * 1000 + 500 + 2 * 700
    items = client.v1.checkout.sessions.line_items.list(session.id).data
    assert [(item.quantity, item.amount_total) for item in items] == [
        (3, 3000), (1, 500), (2, 1400),
    ]  # fmt: skip
    assert items[0].to_dict()["metadata"] == {"place": "0"}
    assert items[2].price is not None
    assert items[2].price.id == frame
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).amount == 4900


def test_the_hosted_page_lets_a_buyer_choose(client: stripe.StripeClient, world: World) -> None:
    frame = a_price(client)
    path = f"/c/pay/{a_choice(client, frame).id}"
    fields = re.findall(r'name="((?:quantity|add)-\w+)"', world.raw("GET", path).text)
    assert [name.split("-")[0] for name in fields] == ["quantity", "add"]

    chosen = world.raw("POST", path, data={"action": "items", fields[0]: "2", fields[1]: "1"})

    assert chosen.status_code == 303
    assert "32.00 USD" in world.raw("GET", path).text


@pytest.mark.parametrize(
    "told",
    [
        {"quantities": {"0": 4}},
        {"quantities": {"0": 0}},
        {"quantities": {"0": "2"}},
        {"quantities": {"1": 2}},
        {"quantities": {"9": 1}},
        {"quantities": 1},
        {"optional_items": {"price_no": 1}},
    ],
)
def test_what_the_session_does_not_allow_is_refused(
    client: stripe.StripeClient, world: World, told: Any
) -> None:
    session = a_choice(client, a_price(client))

    answer = world.raw("POST", f"/_sandbox/checkout/sessions/{session.id}/pay", json=told)

    assert answer.status_code == 400
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"optional_items": [{"price": "price_no", "quantity": 1}]}, "optional_items[0][price]"),
        ({"line_items": [a_line() | {"adjustable_quantity": {"enabled": True, "minimum": 5,
                                                             "maximum": 2}}]},
         "line_items[0][adjustable_quantity][maximum]"),
        ({"line_items": [a_line() | {"tax_rates": ["txr_1"]}]}, "line_items[0][tax_rates][0]"),
        ({"mode": "subscription"}, "mode"),
        ({"subscription_data": {"trial_period_days": 7}}, "subscription_data"),
        ({"setup_intent_data": {"description": "x"}}, "setup_intent_data"),
        ({"customer_update": {"name": "auto"}}, "customer_update"),
        ({"managed_payments": {"enabled": True}, "automatic_tax": {"enabled": True}},
         "automatic_tax"),
    ],
)  # fmt: skip
def test_what_stripe_would_refuse_is_refused(
    client: stripe.StripeClient, more: Any, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        a_session(client, **more)

    assert refusal.value.param == param


def test_stripe_as_the_seller_adds_the_tax(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, 1000, managed_payments={"enabled": True})
    assert session.managed_payments is not None
    assert session.managed_payments.enabled

    paid = world.pay(session.id)

    assert (paid["amount_total"], paid["total_details"]["amount_tax"]) == (1100, 100)


def test_tax_is_inside_or_on_top_by_the_line_and_by_the_way_to_ship(
    client: stripe.StripeClient, world: World
) -> None:
    inside, on_top = a_line(1100), a_line(1000)
    inside["price_data"]["tax_behavior"] = "inclusive"
    on_top["price_data"]["tax_behavior"] = "exclusive"
    rate = {
        "type": "fixed_amount", "display_name": "Post", "tax_behavior": "exclusive",
        "fixed_amount": {"amount": 500, "currency": "usd"},
        "delivery_estimate": {"minimum": {"unit": "business_day", "value": 2}},
    }  # fmt: skip
    session = a_session(
        client,
        line_items=[inside, on_top],
        automatic_tax={"enabled": True},
        shipping_options=[{"shipping_rate_data": rate}],
    )

    paid = world.pay(session.id)

    assert paid["total_details"] == {
        "amount_discount": 0, "amount_shipping": 500, "amount_tax": 100 + 100 + 50,
    }  # fmt: skip
    assert paid["amount_total"] == 1100 + 1100 + 550
    shown = client.v1.checkout.sessions.retrieve(
        session.id, params={"expand": ["shipping_cost.shipping_rate"]}
    ).to_dict()["shipping_cost"]
    assert (shown["amount_tax"], shown["amount_total"]) == (50, 550)
    assert shown["shipping_rate"]["delivery_estimate"]["minimum"]["value"] == 2


def test_what_changes_nothing_is_shown_as_it_was_given(client: stripe.StripeClient) -> None:
    session = a_session(
        client,
        submit_type="donate",
        custom_text={"submit": {"message": "Thank you."}},
        branding_settings={"display_name": "Shop"},
        adaptive_pricing={"enabled": True},
    ).to_dict()

    assert session["submit_type"] == "donate"
    assert session["custom_text"]["submit"] == {"message": "Thank you."}
    assert session["branding_settings"]["display_name"] == "Shop"
    assert session["adaptive_pricing"] == {"enabled": True}
