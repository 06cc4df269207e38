"""A refusal names the parameter that is wrong, by Stripe's code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby

PRICE: Any = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}
SESSION: Any = {
    "mode": "payment", "success_url": "https://shop.test/done",
    "line_items": [{"quantity": 1, "price_data": PRICE}],
}  # fmt: skip
HELD: Any = {
    "amount": 500, "currency": "usd", "capture_method": "manual", "confirm": True,
    "payment_method": "pm_card_visa", "return_url": "https://shop.test/back",
}  # fmt: skip
NO_NUMBER, MISSING = "parameter_invalid_integer", "parameter_missing"


@pytest.mark.parametrize(
    ("amount", "code"), [(0, NO_NUMBER), (-1, NO_NUMBER), (501, "amount_too_large")]
)
def test_what_cannot_be_captured_is_no_number_or_too_much(
    near: Nearby, amount: int, code: str
) -> None:
    held = near.do("POST", "payment_intents", **HELD)["id"]

    refused = near.refused("POST", f"payment_intents/{held}/capture", amount_to_capture=amount)

    assert refused == (code, "amount_to_capture")


def test_shipping_for_less_than_nothing_is_no_number(near: Nearby) -> None:
    fixed = {"amount": -1, "currency": "usd"}

    refused = near.refused("POST", "shipping_rates", display_name="Post", fixed_amount=fixed)

    assert refused == (NO_NUMBER, "fixed_amount[amount]")


def test_an_amount_off_has_a_currency(near: Nearby) -> None:
    refused = near.refused("POST", "coupons", amount_off=100, duration="once")

    assert refused == (MISSING, "currency")


def test_a_discount_of_a_session_is_named_where_it_stands(near: Nearby) -> None:
    euros = near.do("POST", "coupons", amount_off=100, currency="eur", duration="once")["id"]
    percent = near.do("POST", "coupons", percent_off=10, duration="once")["id"]
    promotion = {"type": "coupon", "coupon": percent}
    code = near.do("POST", "promotion_codes", promotion=promotion, active=False)["id"]

    def param(**discount: str) -> str | None:
        return near.refused("POST", "checkout/sessions", **SESSION, discounts=[discount])[1]

    assert param(coupon=euros) == "discounts[0][coupon]"
    assert param(promotion_code=code) == "discounts[0][promotion_code]"


def test_what_is_left_after_a_coupon_is_too_small_as_a_total(near: Nearby) -> None:
    most = near.do("POST", "coupons", amount_off=490, currency="usd", duration="once")["id"]

    status, body = near.ask(
        "POST", "checkout/sessions", **SESSION, discounts=[{"coupon": most}]
    )  # fmt: skip

    assert (status, body["error"]["code"]) == (400, "amount_too_small")
    assert body["error"]["message"] == (
        "The Checkout Session's total amount due must add up to at least $0.50 usd"
    )
    assert body["error"]["param"] == "discounts"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "shop.test"])
def test_the_way_back_from_the_portal_is_a_good_address(near: Nearby, url: str) -> None:
    features = {"invoice_history": {"enabled": True}}
    path, said = "billing_portal/configurations", {"default_return_url": url}
    made = near.do("POST", path, features=features)["id"]

    assert near.refused("POST", path, features=features, **said)[1] == "default_return_url"
    assert near.refused("POST", f"{path}/{made}", **said)[1] == "default_return_url"
