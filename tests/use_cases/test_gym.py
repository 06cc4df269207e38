"""What Stripe's own exercises for Checkout ask for, each opened, paid and settled at the sandbox.

The 26 challenges are those of the checkout-gym in Stripe's public repository `stripe/ai`, as they
were on 2026-11-26; here are the parameters that each one names, with values of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from checkout_service.domain.order.cart import CartItem
from tests.support.processes import ROOT
from tests.support.stage import NOON, Stage

SECOND, DAY = 1_000, 86_400  # milliseconds, seconds
CATALOG = """
[[products]]
id = "poster"
name = "Poster"
[[products.prices]]
id = "once"
currency = "usd"
unit_amount = 2500
[[products.prices]]
id = "monthly"
currency = "usd"
unit_amount = 900
recurring = { interval = "month" }
[[products.prices]]
id = "several"
currency = "usd"
unit_amount = 1000
max_quantity = 9
adjustable_quantity = { minimum = 1, maximum = 9 }
[[products]]
id = "frame"
name = "Frame"
[[products.prices]]
id = "framed"
stripe_price = "{stripe_price}"
"""
SHIPPED: dict[str, Any] = {"shipping_address_collection": {"allowed_countries": ["DE", "US"]}}
SHIPPING: dict[str, Any] = SHIPPED | {
    "custom_text": {"shipping_address": {"message": "No post boxes, please."}},
    "shipping_options": [
        {
            "shipping_rate_data": {
                "type": "fixed_amount",
                "display_name": "By post",
                "fixed_amount": {"amount": 500, "currency": "usd"},
                "delivery_estimate": {
                    "minimum": {"unit": "business_day", "value": 2},
                    "maximum": {"unit": "business_day", "value": 5},
                },
            }
        }
    ],
}
FIELDS = [
    {
        "key": "engraving",
        "type": "text",
        "label": {"type": "custom", "custom": "Engraving"},
        "text": {"minimum_length": 1, "maximum_length": 20},
        "optional": True,
    },
    {
        "key": "size",
        "type": "dropdown",
        "label": {"type": "custom", "custom": "Size"},
        "dropdown": {
            "options": [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}],
            "default_value": "s",
        },
    },
]
AFTER: dict[str, Any] = {"custom_text": {"after_submit": {"message": "We write to you soon."}}}
CODES = {"allow_promotion_codes": True}
OPTIONAL = {"optional_items": [{"price": "framed", "quantity": 1}]}
FRAME = 3100  # minor units
ANCHOR = NOON // SECOND + 10 * DAY
WHOLE_CART = (
    CODES | OPTIONAL | {"billing_address_collection": "required"}
    | {"consent_collection": {"promotions": "auto"}, "phone_number_collection": {"enabled": True}}
)  # fmt: skip
TEXTS = {"custom_text": SHIPPING["custom_text"] | AFTER["custom_text"]}

# Name, what is bought, what is handed through, and what is paid.
CHALLENGES: list[tuple[str, tuple[str, ...], dict[str, Any], int]] = [
    ("example_payment", ("once",), {}, 2500),
    ("basic_payment", ("once",), {}, 2500),
    ("basic_payment_ko", ("once",), {"allowed_payment_method_types": ["card"]}, 2500),
    ("basic_payment_custom_text", ("once",), AFTER, 2500),
    ("basic_payment_phone_number", ("once",), {"phone_number_collection": {"enabled": True}}, 2500),
    ("basic_payment_consent_promotion_emails", ("once",),
     {"consent_collection": {"promotions": "auto"}}, 2500),
    ("basic_payment_automatic_tax", ("once",), {"automatic_tax": {"enabled": True}}, 2750),
    ("basic_payment_tax_id_collection", ("once",),
     {"tax_id_collection": {"enabled": True, "required": "if_supported"}}, 2500),
    ("basic_payment_quantity_adjustment", ("several",), {}, 4000),
    ("basic_payment_promotion_code", ("once",), CODES, 2500),
    ("basic_payment_optional_items", ("once",), OPTIONAL, 2500 + FRAME),
    ("basic_payment_save_payment_method", ("once",),
     {"payment_intent_data": {"setup_future_usage": "off_session"}}, 2500),
    ("basic_donation", ("once",), {"submit_type": "donate"}, 2500),
    ("complex_payment_custom_field_text", ("once",), {"custom_fields": FIELDS}, 2500),
    ("complex_payment_shipping", ("once",), SHIPPING, 3000),
    ("mega_complex_payment", ("once",),
     SHIPPING | WHOLE_CART | TEXTS | {"custom_fields": FIELDS}
     | {"payment_intent_data": {"setup_future_usage": "off_session"}}, 3000 + FRAME),
    ("basic_setup", (), {}, 0),
    ("basic_subscription", ("monthly",), {}, 900),
    ("basic_subscription_trial", ("monthly",), {"subscription_data": {"trial_period_days": 7}}, 0),
    ("basic_subscription_with_one_time_price", ("monthly", "once"), {}, 3400),
    ("basic_subscription_billing_cycle_anchor_with_proration", ("monthly",),
     {"subscription_data": {"billing_cycle_anchor": ANCHOR,
                            "proration_behavior": "create_prorations"}}, 300),
    ("basic_subscription_billing_cycle_anchor_without_proration", ("monthly",),
     {"subscription_data": {"billing_cycle_anchor": ANCHOR, "proration_behavior": "none"}}, 0),
    ("basic_subscription_promotion_code", ("monthly",), CODES, 900),
    ("basic_subscription_shipping", ("monthly",), SHIPPED, 900),
    ("basic_subscription_optional_items", ("monthly",), OPTIONAL, 900 + FRAME),
    ("complex_subscription", ("monthly",), SHIPPED | WHOLE_CART | TEXTS, 900 + FRAME),
]  # fmt: skip


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def catalog(session: dict[str, Any]) -> str:
    return f"{CATALOG}[checkout]\nsession = {toml(session)}\n"


def flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Write a parameter as Stripe's API takes it."""
    pairs: Any = value.items() if isinstance(value, dict) else None
    pairs = enumerate(value) if isinstance(value, list) else pairs
    if pairs is None:
        yield name, json.dumps(value) if isinstance(value, bool) else str(value)
        return
    for key, one in pairs:
        yield from flat(one, f"{name}[{key}]" if name else str(key))


def cart_of(name: str, prices: tuple[str, ...], session: dict[str, Any]) -> dict[str, Any]:
    """Say what is bought; what belongs to one order is handed through with it."""
    cart: dict[str, Any] = {"items": [CartItem(price, 1) for price in prices]}
    cart |= {"locale": "ko"} if name == "basic_payment_ko" else {}
    cart |= {} if prices else {"mode": "setup", "currency": "usd"}
    return cart | ({"session": session} if "billing_cycle_anchor" in str(session) else {})


def choices(stage: Stage, prices: tuple[str, ...], asked: dict[str, Any]) -> dict[str, Any]:
    """Take all that the page offers."""
    added = asked.get("optional_items[0][price]")
    return {
        **({"quantities": {"0": 4}} if "several" in prices else {}),
        **({"optional_items": {added: 1}} if added else {}),
    }


@pytest.mark.parametrize(
    ("name", "prices", "session", "paid"), CHALLENGES, ids=[row[0] for row in CHALLENGES]
)
def test_a_challenge_is_opened_paid_and_settled(
    name: str, prices: tuple[str, ...], session: dict[str, Any], paid: int
) -> None:
    cart = cart_of(name, prices, session)
    with Stage("memory", catalog=catalog({} if "session" in cart else session)) as stage:
        bought = stage.buys(**cart)

        asked = next(c for c in stage.wire.calls if c.path == "/v1/checkout/sessions").params
        assert dict(flat(own(session, asked), "")).items() <= asked.items()
        modes = {"monthly": "subscription", "": "setup"}
        assert asked["mode"] == modes.get("".join(prices[:1]), "payment")
        stage.pays(bought, **choices(stage, prices, asked))
        stage.delivers()
        stage.sweeps()

        order = stage.order(bought)
        assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
        assert order["amount_paid"] == paid
        parts = order["amount_tax"] + order["amount_shipping"] - order["amount_discount"]
        assert order["amount_total"] + parts == paid
        assert len(stage.messages(bought, "order.paid")) == 1


def own(session: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Write what is handed through with Stripe's id in the place of a price of the catalog's."""
    if "optional_items" not in session:
        return session
    price = asked["optional_items[0][price]"]
    assert price.startswith("price_")
    return session | {"optional_items": [{"price": price, "quantity": 1}]}


def test_all_challenges_are_here() -> None:
    assert len({row[0] for row in CHALLENGES}) == len(CHALLENGES) == 26
    told = (ROOT / "docs" / "merchant" / "session-parameters.md").read_text("utf-8")
    assert "All 26 exercises of Stripe's checkout-gym" in told
