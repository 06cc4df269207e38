"""What only Stripe can judge is asked while a person can still act: prices, shipping, links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checkout_service import create_app
from checkout_service.domain.ports.account import LinkLine, LinkView
from checkout_service.domain.ports.prices import PriceView
from checkout_service.settings import Settings
from checkout_service.stripe_gateway import StripeAccount
from checkout_service.use_cases.doctor.sale import payment_links
from tests.cli.doctor.doctor_env import DoctorEnv

OURS = '[[products]]\nid="a"\nname="A"\n[[products.prices]]\nid="b"\nstripe_price="{price}"'
EURO = (
    '[[products]]\nid="e"\nname="E"\n[[products.prices]]\nid="f"\ncurrency="eur"\nunit_amount=900'
)


@pytest.fixture
def price(doctor_env: DoctorEnv) -> str:
    made = doctor_env.client.v1.prices.create(
        params={"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Print"}}
    )
    return str(made.id)


def altered(doctor_env: DoctorEnv, path: str, **fields: Any) -> None:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    doctor_env.sandbox.control("PUT", "faults", {"alter": {"path": path, "fields": named}})


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("active", False, "is archived at Stripe"),
        ("product__active", False, "belongs to a product that is archived"),
        ("unit_amount", None, "has no fixed amount"),
        ("currency", "usx", "is in usx, which is no currency"),
        ("unit_amount", 10**9, "cannot be charged: an amount in usd may not exceed"),
    ],
)
def test_a_price_that_cannot_be_charged_is_named(
    doctor_env: DoctorEnv, price: str, field: str, value: Any, told: str
) -> None:
    catalog = doctor_env.catalog(OURS.format(price=price))
    altered(doctor_env, f"/v1/prices/{price}", **{field: value})

    report = doctor_env.examine(catalog_file=catalog)

    assert report.problems == {"catalog"}
    assert f"b: {price} {told}" in report.told("catalog", "problem")


def test_a_price_and_its_product_that_are_sold_are_no_problem(
    doctor_env: DoctorEnv, price: str
) -> None:
    report = doctor_env.examine(catalog_file=doctor_env.catalog(OURS.format(price=price)))

    assert report.states("catalog") == ["ok"]


def test_a_currency_that_nobody_knows_is_named_before_stripe_is_asked(
    doctor_env: DoctorEnv,
) -> None:
    report = doctor_env.examine(catalog_file=doctor_env.catalog(EURO.replace("eur", "eux")))

    assert "f: eux is no currency that is known" in report.told("catalog", "problem")


@pytest.fixture
def rate(doctor_env: DoctorEnv) -> str:
    """A Shipping Rate in dollars."""
    session = doctor_env.client.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": "https://shop.test/",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 2500,
                        "product_data": {"name": "Poster"},
                    },
                }
            ],
            "shipping_options": [
                {
                    "shipping_rate_data": {
                        "type": "fixed_amount",
                        "display_name": "Post",
                        "fixed_amount": {"amount": 700, "currency": "usd"},
                    }
                }
            ],
        }
    )
    return str(session.shipping_options[0].shipping_rate)


def shipping(doctor_env: DoctorEnv, rate: str, *more: str) -> Path:
    return doctor_env.catalog(
        *more, f'[[checkout.shipping_options]]\nstripe_shipping_rate = "{rate}"'
    )


def test_a_rate_with_an_amount_in_what_is_sold_in_is_no_problem(
    doctor_env: DoctorEnv, rate: str
) -> None:
    report = doctor_env.examine(catalog_file=shipping(doctor_env, rate))

    assert report.states("shipping rates") == ["ok"]


def test_a_rate_that_is_not_there_or_archived_is_named(doctor_env: DoctorEnv, rate: str) -> None:
    nowhere = doctor_env.examine(catalog_file=shipping(doctor_env, "shr_nowhere"))
    altered(doctor_env, f"/v1/shipping_rates/{rate}", active=False)
    archived = doctor_env.examine(catalog_file=shipping(doctor_env, rate))

    assert nowhere.problems == archived.problems == {"shipping rates"}
    assert "no Shipping Rate shr_nowhere" in nowhere.told("shipping rates", "problem")
    assert f"{rate} is archived" in archived.told("shipping rates", "problem")


def test_a_rate_needs_an_amount_in_every_currency_that_is_shipped(
    doctor_env: DoctorEnv, rate: str
) -> None:
    lacking = doctor_env.examine(catalog_file=shipping(doctor_env, rate, EURO))
    options = {"usd": {"amount": 700}, "eur": {"amount": 650}}
    altered(doctor_env, f"/v1/shipping_rates/{rate}", fixed_amount__currency_options=options)
    complete = doctor_env.examine(catalog_file=shipping(doctor_env, rate, EURO))

    told = lacking.told("shipping rates", "problem")
    assert f"{rate} has an amount in usd only: no session in eur could be opened" in told
    assert complete.states("shipping rates") == ["ok"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("allow_promotion_codes", True, "promotion codes"),
        ("automatic_tax__enabled", True, "automatic tax"),
        ("shipping_options", [{"shipping_rate": "shr_1", "shipping_amount": 7}], "shipping option"),
        ("optional_items", [{"price": "price_1", "quantity": 1}], "optional items"),
    ],
)
def test_a_link_whose_payments_would_be_held_is_named(
    doctor_env: DoctorEnv, field: str, value: Any, told: str
) -> None:
    link = doctor_env.link()
    altered(doctor_env, f"/v1/payment_links/{link.id}", **{field: value})

    report = doctor_env.examine(catalog_file=doctor_env.selling(link.url, link.id))

    assert report.problems == {"link donation"}
    said = report.told("link donation", "problem")
    assert told in said
    assert "would be held" in said


def test_a_link_whose_buyers_choose_how_many_is_named(doctor_env: DoctorEnv) -> None:
    class Adjustable(StripeAccount):
        def link(self, link_id: str) -> LinkView:
            price = PriceView("price_1", 2500, "usd", None, active=True)
            back = f"{doctor_env.url}/links/return?session_id={{CHECKOUT_SESSION_ID}}"
            lines = (LinkLine(price, 1, adjustable=True),)
            return LinkView(link_id, "https://buy.test/x", active=True, redirect=back, lines=lines)

    catalog = doctor_env.selling("https://buy.test/x", "plink_x")
    app = create_app(Settings.load(**doctor_env.settings(catalog_file=catalog)))
    shop = app.extensions["checkout_service"].doctor().run_checks.shop
    account = Adjustable(shop.account.calls, shop.account.api_base)

    (found,) = payment_links(replace(shop, account=account))

    assert found.state == "problem"
    assert "an adjustable quantity" in found.what
