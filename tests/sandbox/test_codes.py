"""A promotion code is active only while it can be redeemed and its coupon is valid."""

from __future__ import annotations

from typing import Any

from tests.sandbox.nearby import Nearby

PRICE: Any = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}
SESSION: Any = {
    "mode": "payment", "success_url": "https://shop.test/done",
    "line_items": [{"quantity": 1, "price_data": PRICE}],
}  # fmt: skip
DAY = 86_400


def a_coupon(near: Nearby, **more: Any) -> str:
    made: str = near.do("POST", "coupons", percent_off=10, duration="once", **more)["id"]
    return made


def a_code(near: Nearby, coupon: str, code: str, **more: Any) -> str:
    promotion = {"type": "coupon", "coupon": coupon}
    made: str = near.do("POST", "promotion_codes", promotion=promotion, code=code, **more)["id"]
    return made


def are_active(near: Nearby, *codes: str) -> list[bool]:
    return [near.do("GET", f"promotion_codes/{code}")["active"] for code in codes]


def test_a_coupon_that_is_used_up_ends_all_its_codes(near: Nearby) -> None:
    coupon = a_coupon(near, max_redemptions=1)
    codes = a_code(near, coupon, "ONE"), a_code(near, coupon, "TWO")
    discounts = [{"promotion_code": codes[0]}]
    session = near.do("POST", "checkout/sessions", **SESSION, discounts=discounts)["id"]
    assert are_active(near, *codes) == [True, True]

    near.control(f"checkout/sessions/{session}/pay")

    assert near.do("GET", f"coupons/{coupon}")["valid"] is False
    assert are_active(near, *codes) == [False, False]
    late = {"promotion": {"type": "coupon", "coupon": coupon}, "code": "THREE"}
    assert near.do("POST", "promotion_codes", **late)["active"] is False


def test_a_coupon_that_is_deleted_takes_its_codes_along(near: Nearby) -> None:
    coupon = a_coupon(near)
    code = a_code(near, coupon, "ONE")

    near.do("DELETE", f"coupons/{coupon}")

    assert are_active(near, code) == [False]


def test_what_runs_out_says_so_by_the_clock(near: Nearby) -> None:
    now = near.do("GET", f"coupons/{a_coupon(near)}")["created"]
    short = a_coupon(near, redeem_by=now + DAY)
    by_coupon, lasting = a_code(near, short, "ONE"), a_coupon(near)
    by_itself = a_code(near, lasting, "TWO", expires_at=now + 2 * DAY)

    near.control("clock", advance=DAY + 60)
    assert near.do("GET", f"coupons/{short}")["valid"] is False
    assert are_active(near, by_coupon, by_itself) == [False, True]

    near.control("clock", advance=DAY)
    assert are_active(near, by_itself) == [False]
    assert near.do("GET", f"coupons/{lasting}")["valid"] is True


def test_no_code_is_made_active_again_whose_coupon_is_over(near: Nearby) -> None:
    now = near.do("GET", f"coupons/{a_coupon(near)}")["created"]
    code = a_code(near, a_coupon(near, redeem_by=now + DAY), "ONE")
    near.do("POST", f"promotion_codes/{code}", active=False)
    near.do("POST", f"promotion_codes/{code}", active=True)
    near.control("clock", advance=2 * DAY)

    assert near.refused("POST", f"promotion_codes/{code}", active=True) == (None, "active")
