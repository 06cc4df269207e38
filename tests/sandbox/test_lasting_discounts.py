"""Coupons of a subscription count once, for some months, or for ever."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import CARD, a_line
from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import DAY, Json, a_customer, a_price, begin


def a_coupon(near: Nearby, **more: Any) -> str:
    asked = {"percent_off": 50} | more
    return str(near.do("POST", "coupons", **asked)["id"])


def paid(near: Nearby, thing: Json) -> list[int]:
    """Return what each invoice came to, oldest first."""
    found = near.do("GET", "invoices", subscription=thing["id"])["data"]
    return [invoice["amount_paid"] for invoice in found[::-1]]


@pytest.mark.parametrize(
    ("lasts", "amounts"),
    [
        ({"duration": "once"}, [900, 1800, 1800]),
        ({"duration": "repeating", "duration_in_months": 2}, [900, 900, 1800]),
        ({"duration": "forever"}, [900, 900, 900]),
    ],
)
def test_a_coupon_counts_as_long_as_it_lasts(
    near: Nearby, lasts: dict[str, Any], amounts: list[int]
) -> None:
    coupon = a_coupon(near, **lasts)
    thing = begin(near, discounts=[{"coupon": coupon}])

    for _ in range(2):
        near.control("clock", advance=31 * DAY)

    assert paid(near, thing) == amounts
    told = near.events()
    assert told.count("customer.discount.created") == 1
    assert told.count("customer.discount.deleted") == (0 if lasts["duration"] == "forever" else 1)
    left = near.do("GET", f"subscriptions/{thing['id']}")["discounts"]
    assert bool(left) is (lasts["duration"] == "forever")
    assert near.do("GET", f"coupons/{coupon}")["times_redeemed"] == 1


def test_an_invoice_shows_what_each_discount_took_off(near: Nearby) -> None:
    discounts = [{"coupon": a_coupon(near)}, {"coupon": a_coupon(near, duration="forever")}]
    thing = begin(near, discounts=discounts, expand=["discounts"])

    expand = ["total_discount_amounts.discount", "discounts"]
    invoice = near.do("GET", f"invoices/{thing['latest_invoice']}", expand=expand)

    assert [one["source"]["coupon"] for one in thing["discounts"]] == [discounts[1]["coupon"]]
    assert [one["amount"] for one in invoice["total_discount_amounts"]] == [900, 450]
    whose = [one["discount"]["source"]["coupon"] for one in invoice["total_discount_amounts"]]
    assert whose == [one["coupon"] for one in discounts]
    (line,) = invoice["lines"]["data"]
    assert [one["amount"] for one in line["discount_amounts"]] == [900, 450]
    assert (invoice["subtotal"], invoice["total"]) == (1800, 450)


def test_discounts_are_given_kept_and_taken_away_later(near: Nearby) -> None:
    thing = begin(near)
    path = f"subscriptions/{thing['id']}"

    (given,) = near.do("POST", path, discounts=[{"coupon": a_coupon(near)}])["discounts"]
    both = [{"discount": given}, {"coupon": a_coupon(near, duration="forever")}]
    kept = near.do("POST", path, discounts=both)["discounts"]

    assert (kept[0], len(kept)) == (given, 2)
    assert near.do("POST", path, discounts="")["discounts"] == []
    assert near.events().count("customer.discount.deleted") == 2
    nobody = [{"discount": "di_nobody"}]
    refusal = near.refused("POST", path, discounts=nobody)
    assert refusal == ("resource_missing", "discounts[0][discount]")


def test_a_code_that_does_not_count_is_refused(near: Nearby) -> None:
    promotion = {"type": "coupon", "coupon": a_coupon(near)}
    code = near.do("POST", "promotion_codes", promotion=promotion, customer=a_customer(near))["id"]
    items = [{"price": a_price(near)}]
    asked = {"customer": a_customer(near), "items": items, "discounts": [{"promotion_code": code}]}

    refusal = near.refused("POST", "subscriptions", **asked)

    assert refusal == (None, "discounts[0][promotion_code]")


def test_what_a_session_takes_off_lasts_as_its_coupon_does(near: Nearby) -> None:
    line = a_line(1000)
    line["price_data"]["recurring"] = {"interval": "month"}
    session = near.do(
        "POST", "checkout/sessions", mode="subscription", line_items=[line],
        success_url="https://shop.test", discounts=[{"coupon": a_coupon(near, duration="forever")}],
    )  # fmt: skip
    done = near.control(f"checkout/sessions/{session['id']}/pay", payment_method=CARD)

    near.control("clock", advance=32 * DAY)

    thing = near.do("GET", f"subscriptions/{done['subscription']}", expand=["discounts"])
    assert paid(near, thing) == [500, 500]
    assert thing["discounts"][0]["checkout_session"] == session["id"]
