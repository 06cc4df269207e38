"""What a buyer's page says fits the order: what is on its way, what is due again, what is wrong."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain import ids
from checkout_service.domain.order.care import Parcel
from tests.support.admin import signed_in
from tests.support.album import owner
from tests.support.databases import PASSWORD
from tests.support.stage import Bought, Stage
from tests.web import standings as reach
from tests.web.asserts import page
from tests.web.conftest import MakeApp


def paid(shop: Stage, price: str = "poster-usd") -> Bought:
    bought = shop.buys(price)
    shop.pays(bought)
    shop.delivers()
    return bought


def by_its_buyer(app: Flask, bought: Bought) -> str:
    client = app.test_client()
    (cookie,) = owner(app, "http://127.0.0.1", bought.order)
    client.set_cookie(cookie["name"], cookie["value"])
    return page(client.get(f"/orders/{bought.order}"))


def test_what_was_sent_is_not_said_to_be_prepared(app: Flask, shop: Stage) -> None:
    bought = paid(shop)
    assert "your order is being prepared" in by_its_buyer(app, bought)

    shop.use_cases.admin.ship_order.ship(
        bought.order, Parcel("DHL"), nonce=ids.new_id("non"), by="ann", source="admin"
    )

    text = by_its_buyer(app, bought)
    assert "your order is on its way to you" in text
    assert "being prepared" not in text


def test_a_subscription_says_how_often_it_is_due(app: Flask, shop: Stage) -> None:
    amounts = r"<td>([^<]+)(?:<br><span class=\"quiet\">([^<]+)</span>)?</td>"

    (line, _total) = re.findall(amounts, by_its_buyer(app, paid(shop, "almanac-month")))
    assert line == ("€9.00", "per month")
    (line, _total) = re.findall(amounts, by_its_buyer(app, paid(shop)))
    assert line == ("$25.00", "")


def test_one_fault_is_a_sentence_and_no_list(client: FlaskClient, shop: Stage) -> None:
    text = page(client.post("/checkout", data={"price": "poster-usd", "quantity": "99"}), 422)

    assert "<p>Choose a quantity from 1 to 20.</p>" in text
    assert "<li>Choose" not in text


def test_the_cart_names_the_limit_of_what_it_refuses(client: FlaskClient, shop: Stage) -> None:
    client.post("/cart", data={"price": "poster-usd", "quantity": "2"})

    text = page(client.post("/cart/checkout", data={"price": "poster-usd", "quantity": "21"}), 422)

    assert "Choose a quantity from 1 to 20." in text


def test_who_saved_a_way_to_pay_is_not_said_to_have_paid(app: Flask, shop: Stage) -> None:
    saved = shop.buys(items=[], mode="setup", currency="usd")
    shop.pays(saved)
    shop.delivers()

    text = by_its_buyer(app, saved)

    assert "Your way to pay is saved. You were not charged." in text
    assert "Saved. Thank you! · " in text
    assert "$0.00" not in text
    assert "Paid" not in text


def test_a_subscription_has_begun_and_is_not_being_prepared(app: Flask, shop: Stage) -> None:
    text = by_its_buyer(app, paid(shop, "almanac-month"))

    assert "We received your payment, and your subscription has begun." in text
    assert "prepared" not in text


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        (reach.disputed, "The bank decides, which can take some weeks."),
        (reach.charged_back, "If you did not ask for that, please write to the shop."),
        (reach.canceled, "If you still want it, please ask the shop."),
    ],
)
def test_what_happens_next_is_said(
    client: FlaskClient, shop: Stage, reached: reach.Reach, words: str
) -> None:
    assert words in page(client.get(f"/orders/{reached(shop, reach.SESSION).order}"))


def test_the_desk_says_what_stripe_put_on_top_of_the_total(make_app: MakeApp, shop: Stage) -> None:
    bought = reach.paid_with_extras(shop)
    clerk = signed_in(make_app(admin_password=PASSWORD))

    facts = clerk.get(f"/admin/orders/{bought.order}").text

    for name, amount in (("Discount", "-$5.00"), ("Shipping", "$4.90"), ("Tax", "$3.00")):
        assert f"<dt>{name}</dt><dd>{amount}</dd>" in facts
