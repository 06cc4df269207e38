"""The catalog's `[checkout]` table: what is read, and what is named as wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checkout_service.domain.catalog import load_catalog
from checkout_service.domain.catalog.options import CheckoutOptions, read_options
from checkout_service.domain.errors import BadCatalog

POST = {"name": "Post", "currency": "usd", "amount": 700}


def read(**table: Any) -> tuple[CheckoutOptions, list[str]]:
    faults: list[str] = []
    return read_options(table, faults), faults


def test_nothing_said_is_nothing_turned_on() -> None:
    options, faults = read()

    assert (options, faults) == (CheckoutOptions(), [])
    assert options.adjustable("usd", "payment") == frozenset()


def test_what_stripe_may_compute_depends_on_currency_and_mode() -> None:
    options, faults = read(promotion_codes=True, automatic_tax=True, shipping_options=[POST])

    assert faults == []
    assert options.adjustable("usd", "payment") == {"discount", "tax", "shipping"}
    assert options.adjustable("eur", "payment") == {"discount", "tax"}
    assert options.adjustable("usd", "subscription") == {"discount", "tax"}


def test_a_rate_of_stripes_is_offered_in_every_currency() -> None:
    options, faults = read(shipping_options=[POST, {"stripe_shipping_rate": "shr_1"}])

    assert faults == []
    assert len(options.shipping_for("usd", "payment")) == 2
    (way,) = options.shipping_for("jpy", "payment")
    assert way.stripe_shipping_rate == "shr_1"


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"promotion_code": True}, "checkout.promotion_code: there is no such key"),
        ({"recovery": "yes"}, "checkout.recovery: true or false"),
        ({"expires_after": 1799}, "checkout.expires_after: seconds from 1800 to 86400"),
        ({"expires_after": True}, "checkout.expires_after: seconds from 1800 to 86400"),
        ({"locale": "german"}, "checkout.locale"),
        ({"tax_behavior": "none"}, "checkout.tax_behavior: one of exclusive, inclusive"),
        ({"shipping_countries": "DE"}, "checkout.shipping_countries"),
        ({"shipping_countries": ["de"]}, "checkout.shipping_countries"),
        ({"shipping_options": POST}, "[[checkout.shipping_options]]"),
        ({"shipping_options": [POST | {"amount": -1}]}, "an amount is not negative"),
        ({"shipping_options": [POST | {"amount": "7"}]}, "checkout.shipping_options.amount"),
        ({"shipping_options": [POST | {"name": ""}]}, "checkout.shipping_options.name"),
        ({"shipping_options": [POST | {"days": 3}]}, "checkout.shipping_options.days"),
        ({"shipping_options": [POST | {"stripe_shipping_rate": "shr_1"}]}, "stands alone"),
        ({"shipping_options": [POST] * 6}, "Stripe shows 5 at most"),
    ],
)
def test_every_fault_is_named(table: dict[str, Any], fault: str) -> None:
    _, faults = read(**table)

    assert len(faults) == 1
    assert fault in faults[0]


def test_faults_stop_the_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text("[checkout]\nexpires_after = 60\nlocale = 7\n")

    with pytest.raises(BadCatalog, match=r"(?s)expires_after.*locale"):
        load_catalog(path)
