"""A session may tell its customer what the buyer told it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import CARD, a_line
from tests.sandbox.nearby import Nearby

HOME = {
    "line1": "1 Main St", "line2": None, "city": "Berlin", "state": None,
    "postal_code": "10115", "country": "DE",
}  # fmt: skip
TOLD = {"name": "Ada", "phone": "+491", "address": HOME, "shipping": {"name": "Bob",
        "address": HOME}}  # fmt: skip
PAGE: dict[str, Any] = {
    "mode": "payment", "line_items": [a_line()], "success_url": "https://shop.test/done",
    "shipping_address_collection": {"allowed_countries": ["DE"]},
}  # fmt: skip


def buy(near: Nearby, **update: str) -> dict[str, Any]:
    owner = near.do("POST", "customers", email="ada@shop.test", name="A. L.")["id"]
    more = {"customer_update": update} if update else {}
    session = near.do("POST", "checkout/sessions", **PAGE, customer=owner, **more)
    near.control(f"checkout/sessions/{session['id']}/pay", payment_method=CARD, **TOLD)
    return near.do("GET", f"customers/{owner}")


def test_what_a_buyer_tells_becomes_the_customers(near: Nearby) -> None:
    owner = buy(near, address="auto", name="auto", shipping="auto")

    assert (owner["name"], owner["address"]) == ("Ada", HOME)
    assert owner["shipping"] == {
        "name": "Bob", "phone": "+491", "address": HOME, "carrier": None, "tracking_number": None,
    }  # fmt: skip
    assert near.events().count("customer.updated") == 1


@pytest.mark.parametrize("update", [{}, {"address": "never", "name": "never"}])
def test_a_customer_stays_as_it_is_unless_asked(near: Nearby, update: dict[str, str]) -> None:
    owner = buy(near, **update)

    assert (owner["name"], owner["address"], owner["shipping"]) == ("A. L.", None, None)
    assert "customer.updated" not in near.events()


def test_only_a_customer_can_be_told(near: Nearby) -> None:
    asked = PAGE | {"customer_update": {"address": "auto"}}
    assert near.refused("POST", "checkout/sessions", **asked) == (None, "customer_update")
