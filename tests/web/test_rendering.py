"""Money as people read it: Stripe's decimals, never a locale library's."""

from __future__ import annotations

import pytest
from flask import Flask

from checkout_service.domain.money import THREE_DECIMAL, ZERO_DECIMAL
from checkout_service.web.pages.rendering import interval, moment, money


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> object:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (2500, "usd", "$25.00"),
        (5, "usd", "$0.05"),
        (-500, "usd", "-$5.00"),
        (123456789, "eur", "€1,234,567.89"),
        (1800, "jpy", "¥1,800"),
        (100, "krw", "₩100"),
        (12345, "kwd", "KWD\xa012.345"),
        (100000, "isk", "ISK\xa01,000"),
        (150000, "ugx", "UGX\xa01,500"),
        (100050, "huf", "HUF\xa01,000.50"),
        (250000, "lak", "LAK\xa02,500.00"),
        (500, "mga", "MGA\xa0500"),
    ],
)
def test_an_amount_has_stripes_decimals(minor: int, currency: str, shown: str) -> None:
    assert money(minor, currency) == shown


def test_every_special_currency_has_its_own_number_of_decimals() -> None:
    for currency in ZERO_DECIMAL:
        assert "." not in money(1234, currency)
    for currency in THREE_DECIMAL:
        assert money(1230, currency).endswith("1.230")


def test_a_time_names_its_zone() -> None:
    assert moment(1_790_000_000_000) == "21 September 2026, 14:13 UTC"


def test_a_subscription_says_how_often() -> None:
    assert interval(None) == ""
    assert interval({"interval": "month", "interval_count": 1}) == " per month"
    assert interval({"interval": "week", "interval_count": 2}) == " every 2 weeks"
