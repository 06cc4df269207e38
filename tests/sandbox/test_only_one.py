"""What is said twice in two ways, or says otherwise than its price, is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import session_params
from tests.sandbox.nearby import Json, Nearby

MONTHLY: Json = {"recurring": {"interval": "month"}}


def a_price(near: Nearby, **more: Any) -> str:
    made = near.do(
        "POST", "prices", currency="usd", unit_amount=1500, product_data={"name": "x"}, **more
    )
    return str(made["id"])


def both(near: Nearby, **more: Any) -> list[Json]:
    product = near.do("POST", "products", name="y")["id"]
    data = {"currency": "usd", "unit_amount": 700, "product": product, **more}
    return [{"price": a_price(near, **more), "price_data": data, "quantity": 1}]


@pytest.mark.parametrize("path", ["checkout/sessions", "payment_links"])
def test_an_item_has_a_price_or_its_data(near: Nearby, path: str) -> None:
    params: Any = {"line_items": both(near)}
    if path == "checkout/sessions":
        params = session_params(**params)

    assert near.refused("POST", path, **params) == (None, "line_items[0][price_data]")


def test_an_item_of_a_subscription_has_a_price_or_its_data(near: Nearby) -> None:
    customer = near.do("POST", "customers", payment_method="pm_card_visa")["id"]
    params: Any = {"customer": customer, "payment_behavior": "default_incomplete"}

    told = near.refused("POST", "subscriptions", **params, items=both(near, **MONTHLY))
    assert told == (None, "items[0][price_data]")

    price = a_price(near, **MONTHLY)
    kept = near.do("POST", "subscriptions", **params, items=[{"price": price}])["id"]
    (more,) = both(near, **MONTHLY)
    told = near.refused("POST", "subscription_items", subscription=kept, **more)
    assert told == (None, "items[0][price_data]")


def test_an_invoice_item_has_an_amount_or_a_price(near: Nearby) -> None:
    customer = near.do("POST", "customers")["id"]
    pricing = {"price": a_price(near)}

    told = near.refused(
        "POST", "invoiceitems", customer=customer, amount=5, currency="usd", pricing=pricing
    )

    assert told == (None, "pricing")


@pytest.mark.parametrize(
    "twice",
    [{"product": "prod_1", "product_data": {"name": "x"}}, {"unit_amount_decimal": "200"}],
)
def test_a_price_says_each_thing_once(near: Nearby, twice: Json) -> None:
    params = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "x"}} | twice

    assert near.refused("POST", "prices", **params) == (None, next(reversed(twice)))


@pytest.mark.parametrize("currency", ["eur", "zzq"])
def test_a_session_has_the_currency_of_its_prices(near: Nearby, currency: str) -> None:
    params: Any = session_params() | {"currency": currency}

    param = "currency" if currency == "zzq" else "line_items[0][price]"
    assert near.refused("POST", "checkout/sessions", **params)[1] == param
    assert near.do("POST", "checkout/sessions", **params | {"currency": "usd"})
