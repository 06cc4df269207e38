"""What recurs at different times is refused at every door: it would all be billed as the first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby
from tests.sandbox.test_drafts import a_customer

NOT_MODELLED = "parameter_not_modelled"


def a_price(near: Nearby, interval: str | None) -> str:
    every = {"recurring": {"interval": interval}} if interval else {}
    tea = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}
    return str(near.do("POST", "prices", **tea, **every)["id"])


def sold(*prices: str) -> list[Any]:
    return [{"price": price, "quantity": 1} for price in prices]


@pytest.mark.parametrize("path", ["checkout/sessions", "payment_links"])
def test_a_page_sells_one_rhythm(near: Nearby, path: str) -> None:
    monthly, yearly, once = (a_price(near, every) for every in ("month", "year", None))
    page = {"mode": "subscription", "success_url": "https://shop.test/"}
    more: Any = page if path == "checkout/sessions" else {}

    refused = near.refused("POST", path, **more, line_items=sold(monthly, once, yearly))
    offered = near.refused("POST", path, **more, line_items=sold(once, monthly),
                           optional_items=sold(yearly))  # fmt: skip

    assert refused == (NOT_MODELLED, "line_items[2][price]")
    assert offered == (NOT_MODELLED, "optional_items[0][price]")
    near.do("POST", path, **more, line_items=sold(monthly, once, a_price(near, "month")))


def test_a_page_changes_to_one_rhythm(near: Nearby) -> None:
    monthly, yearly = a_price(near, "month"), a_price(near, "year")
    page = {"mode": "subscription", "ui_mode": "elements", "return_url": "https://shop.test/"}
    opened = near.do("POST", "checkout/sessions", **page, line_items=sold(monthly))

    path = f"checkout/sessions/{opened['id']}"
    assert near.refused("POST", path, line_items=sold(monthly, yearly))[0] == NOT_MODELLED


def test_a_subscription_begins_with_one_rhythm(near: Nearby) -> None:
    asked = {
        "customer": a_customer(near),
        "items": sold(a_price(near, "month"), a_price(near, "year")),
    }

    refused = near.refused("POST", "subscriptions", **asked)

    assert refused == (NOT_MODELLED, "items[1][price]")
    assert near.do("GET", "charges")["data"] == []


def test_a_subscription_grows_no_dearer_than_a_payment_may_be(near: Nearby) -> None:
    asked = {"customer": a_customer(near), "items": sold(a_price(near, "month"))}
    item = near.do("POST", "subscriptions", **asked)["items"]["data"][0]["id"]

    refused = near.refused("POST", f"subscription_items/{item}", quantity=999_999)

    assert refused[0] == "amount_too_large"
