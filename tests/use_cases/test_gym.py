"""What Stripe's own exercises for Checkout ask for, each opened at the sandbox.

The 26 challenges are those of the checkout-gym in Stripe's public repository `stripe/ai`, as they
were on 2026-11-26; here are the parameters that each one names, with values of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checkout_service.domain.catalog.load import load_catalog
from checkout_service.domain.errors import BadCatalog
from checkout_service.domain.order.cart import CartItem
from tests.support.processes import ROOT
from tests.support.stage import Stage

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
"""
SHIPPED = {"shipping_address_collection": {"allowed_countries": ["DE", "US"]}}
SHIPPING = SHIPPED | {
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
AFTER = {"custom_text": {"after_submit": {"message": "We write to you soon."}}}
CODES = {"allow_promotion_codes": True}
OPTIONAL = {"optional_items": [{"price": "price_frame", "quantity": 1}]}

# Name, what is bought, and what is handed through.
OPENED: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("example_payment", ("once",), {}),
    ("basic_payment", ("once",), {}),
    ("basic_payment_ko", ("once",), {"allowed_payment_method_types": ["card"]}),
    ("basic_payment_custom_text", ("once",), AFTER),
    ("basic_payment_phone_number", ("once",), {"phone_number_collection": {"enabled": True}}),
    ("basic_payment_consent_promotion_emails", ("once",),
     {"consent_collection": {"promotions": "auto"}}),
    ("basic_payment_automatic_tax", ("once",), {"automatic_tax": {"enabled": True}}),
    ("basic_payment_tax_id_collection", ("once",),
     {"tax_id_collection": {"enabled": True, "required": "if_supported"}}),
    ("basic_payment_promotion_code", ("once",), CODES),
    ("basic_payment_save_payment_method", ("once",),
     {"payment_intent_data": {"setup_future_usage": "off_session"}}),
    ("basic_donation", ("once",), {"submit_type": "donate"}),
    ("complex_payment_custom_field_text", ("once",), {"custom_fields": FIELDS}),
    ("complex_payment_shipping", ("once",), SHIPPING),
    ("basic_subscription", ("monthly",), {}),
    ("basic_subscription_with_one_time_price", ("monthly", "once"), {}),
    ("basic_subscription_promotion_code", ("monthly",), CODES),
    ("basic_subscription_shipping", ("monthly",), SHIPPED),
]  # fmt: skip
# Name, and the parameter that the money guard cannot compare yet.
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("basic_payment_optional_items", OPTIONAL),
    ("mega_complex_payment", OPTIONAL | SHIPPING | CODES),
    ("basic_subscription_optional_items", OPTIONAL),
    ("complex_subscription", OPTIONAL | SHIPPED | CODES),
    ("basic_payment_quantity_adjustment",
     {"line_items": [{"adjustable_quantity": {"enabled": True, "maximum": 9}}]}),
    ("basic_setup", {"mode": "setup"}),
    ("basic_subscription_trial", {"subscription_data": {"trial_period_days": 7}}),
    ("basic_subscription_billing_cycle_anchor_with_proration",
     {"subscription_data": {"billing_cycle_anchor": 1, "proration_behavior": "create_prorations"}}),
    ("basic_subscription_billing_cycle_anchor_without_proration",
     {"subscription_data": {"billing_cycle_anchor": 1, "proration_behavior": "none"}}),
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


@pytest.mark.parametrize(("name", "prices", "session"), OPENED, ids=[row[0] for row in OPENED])
def test_a_challenge_is_opened_as_it_is_asked_for(
    name: str, prices: tuple[str, ...], session: dict[str, Any]
) -> None:
    cart: dict[str, Any] = {"items": [CartItem(price, 1) for price in prices]}
    cart |= {"locale": "ko"} if name == "basic_payment_ko" else {}
    with Stage("memory", catalog=catalog(session)) as stage:
        bought = stage.buys(**cart)

        asked = next(c for c in stage.wire.calls if c.path == "/v1/checkout/sessions").params
        assert dict(flat(session, "")).items() <= asked.items()
        assert asked["mode"] == ("subscription" if "monthly" in prices else "payment")
        stage.pays(bought)
        stage.delivers()
        assert stage.order(bought)["status"] == "paid"


@pytest.mark.parametrize(("name", "session"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_the_guard_cannot_compare_is_refused_at_the_start(
    name: str, session: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "catalog.toml"
    file.write_text(catalog(session))

    with pytest.raises(BadCatalog, match=r"checkout\.session\..*: not handed through"):
        load_catalog(file)


def test_all_challenges_are_here() -> None:
    names = {row[0] for row in OPENED} | {row[0] for row in REFUSED}
    assert len(names) == len(OPENED) + len(REFUSED) == 26
    told = (ROOT / "docs" / "merchant" / "session-parameters.md").read_text("utf-8")
    assert f"26 exercises of Stripe's checkout-gym {len(OPENED)} open" in told
