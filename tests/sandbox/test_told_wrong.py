"""Which parameter is told to be wrong, and twins that Stripe would not take."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby

LINE = {"price_data": {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "Tea"}},
        "quantity": 1}  # fmt: skip
SESSION: dict[str, Any] = {
    "mode": "payment", "success_url": "https://shop.test/", "line_items": [LINE],
}  # fmt: skip
NOT_WHOLE = "parameter_invalid_integer"


def shipping(amount: int) -> Any:
    fixed = {"currency": "usd", "amount": amount}
    return {"display_name": "Post", "type": "fixed_amount", "fixed_amount": fixed}


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_amount_to_capture(near: Nearby, amount: int) -> None:
    held = near.do("POST", "payment_intents", amount=2000, currency="usd", confirm=True,
                   payment_method="pm_card_visa", capture_method="manual",
                   payment_method_types=["card"])["id"]  # fmt: skip
    path = f"payment_intents/{held}/capture"

    param = "amount_to_capture"
    assert near.refused("POST", path, amount_to_capture=amount) == (NOT_WHOLE, param)
    assert near.refused("POST", path, amount_to_capture=2001) == ("amount_too_large", param)


def test_a_way_to_ship_costs_nothing_at_least(near: Nearby) -> None:
    ways = [{"shipping_rate_data": shipping(1)}, {"shipping_rate_data": shipping(-1)}]
    param = "shipping_options[1][shipping_rate_data][fixed_amount][amount]"

    assert near.refused("POST", "checkout/sessions", **SESSION, shipping_options=ways) == (
        NOT_WHOLE, param,
    )  # fmt: skip
    assert near.refused("POST", "shipping_rates", **shipping(-1)) == (
        NOT_WHOLE, "fixed_amount[amount]",
    )  # fmt: skip


def test_what_is_wrong_with_a_discount_is_told_of_the_discount(near: Nearby) -> None:
    refused = near.refused("POST", "coupons", amount_off=5, duration="once")
    assert refused == ("parameter_missing", "currency")
    off = {"duration": "once", "amount_off": 1990}
    dollars = near.do("POST", "coupons", **off, currency="usd")["id"]
    euros = near.do("POST", "coupons", **off, currency="eur")["id"]
    for coupon, told in ((dollars, ("amount_too_small", "discounts")),
                         (euros, (None, "discounts[0][coupon]"))):  # fmt: skip
        given = {**SESSION, "discounts": [{"coupon": coupon}]}
        assert near.refused("POST", "checkout/sessions", **given) == told
    for coupon, active in ((dollars, False), (euros, True)):
        made = {"promotion": {"type": "coupon", "coupon": coupon}, "active": active}
        code = near.do("POST", "promotion_codes", **made)["id"]
        given = {**SESSION, "discounts": [{"promotion_code": code}]}
        assert near.refused("POST", "checkout/sessions", **given)[1] == (
            "discounts[0][promotion_code]"
        )


def test_a_field_has_a_key_of_its_own(near: Nearby) -> None:
    field = {"key": "size", "type": "text", "label": {"type": "custom", "custom": "Size"}}

    refused = near.refused("POST", "checkout/sessions", **SESSION, custom_fields=[field, field])

    assert refused == (None, "custom_fields[1][key]")


def test_a_price_is_subscribed_to_once(near: Nearby) -> None:
    paid = {"default_payment_method": "pm_card_visa"}
    buyer = near.do("POST", "customers", payment_method="pm_card_visa", invoice_settings=paid)
    tea, cup = (near.do("POST", "prices", currency="usd", unit_amount=500, product_data={"name": n},
                        recurring={"interval": "month"})["id"] for n in ("Tea", "Cup"))  # fmt: skip
    twice = [{"price": tea}, {"price": tea}]

    assert near.refused("POST", "subscriptions", customer=buyer["id"], items=twice) == (
        None, "items[1][price]",
    )  # fmt: skip
    going = near.do("POST", "subscriptions", customer=buyer["id"], items=[{"price": tea}])
    path, item = f"subscriptions/{going['id']}", going["items"]["data"][0]["id"]
    assert near.refused("POST", path, items=[{"price": tea}])[1] == "items[0][price]"
    more = {"subscription": going["id"], "price": tea}
    assert near.refused("POST", "subscription_items", **more)[1]
    changed = near.do("POST", path, items=[{"price": cup}, {"id": item, "deleted": True}])
    assert [one["price"]["id"] for one in changed["items"]["data"]] == [cup]
    kept = near.do("GET", path)["items"]["data"]
    assert len(kept) == 1


def test_evidence_names_files_that_are_there(near: Nearby) -> None:
    near.do("POST", "payment_intents", amount=2000, currency="usd", confirm=True,
            payment_method="pm_card_createDispute", payment_method_types=["card"])  # fmt: skip
    path = f"disputes/{near.do('GET', 'disputes')['data'][0]['id']}"

    for name in ("receipt", "uncategorized_file"):
        refused = near.refused("POST", path, evidence={name: "not_a_file"})
        assert refused == ("resource_missing", f"evidence[{name}]")
    shown = near.do("POST", path, evidence={"product_description": "Tea"})
    assert shown["evidence"]["product_description"] == "Tea"
