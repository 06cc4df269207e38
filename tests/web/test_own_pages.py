"""Our own pages for Checkout Sessions: what they carry, whom they let in, where they lead."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Stage
from tests.web.asserts import page
from tests.web.conftest import MakeApp
from tests.web.test_pay import attributes, policy

CHOICE = "price=poster-usd&quantity=2"
UIS = {"elements": "elements", "form": "form", "embedded": "embedded_page"}
EVERY_UI = pytest.mark.parametrize("ui", UIS)


@EVERY_UI
def test_a_page_carries_what_its_script_asks_for_and_no_secret(
    client: FlaskClient, shop: Stage, ui: str
) -> None:
    text = page(client.get(f"/pay?ui={ui}&{CHOICE}"))
    shown = attributes(text)

    items = [{"price": "poster-usd", "quantity": 2}]
    assert json.loads(shown["cart"]) == {"items": items, "ui_mode": UIS[ui]}
    assert len(shown["key"]) >= 20
    assert "_secret_" not in text
    assert not shop.calls()


@EVERY_UI
def test_without_javascript_stripes_own_page_takes_the_choice(client: FlaskClient, ui: str) -> None:
    text = page(client.get(f"/pay?ui={ui}&{CHOICE}"))
    (block,) = re.findall(r"<noscript>(.*?)</noscript>", text.split("<body")[1], re.DOTALL)

    assert "needs JavaScript" in block
    assert 'action="/checkout"' in block
    assert 'value="poster-usd"' in block


@EVERY_UI
def test_stripes_origins_are_open_as_far_as_the_page_needs_them(make_app: MakeApp, ui: str) -> None:
    client = make_app(stripe_js_url="https://js.stripe.com/endive/stripe.js").test_client()

    rules = policy(client.get(f"/pay?ui={ui}&{CHOICE}"))

    scripts = ["https://js.stripe.com", "https://*.js.stripe.com"]
    framed = ["https://checkout.stripe.com"] if ui == "embedded" else []
    assert rules["script-src"] == ["'self'", *scripts, *framed]
    assert rules["frame-src"] == [*scripts, "https://hooks.stripe.com", *framed]
    assert rules["connect-src"] == ["'self'", "https://api.stripe.com", *framed]
    assert ("https://*.stripe.com" in rules["img-src"]) is (ui == "embedded")
    assert rules["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("ui", ["", "hosted_page", "custom", "embedded_page", "x\0", "%ff"])
def test_an_unknown_way_to_pay_is_refused(client: FlaskClient, shop: Stage, ui: str) -> None:
    page(client.get("/pay", query_string={"ui": ui, "price": "poster-usd"}), 422)

    assert not shop.calls()


@EVERY_UI
def test_an_order_opens_its_own_page_whatever_the_address_says(
    client: FlaskClient, shop: Stage, ui: str
) -> None:
    bought = shop.buys(ui_mode=UIS[ui])

    shown = attributes(page(client.get(f"/pay?ui=form&order={bought.order}")))

    assert json.loads(shown["cart"]) == {"order": bought.order}
    assert shown["ui"] == ui


def test_what_is_paid_shows_no_form(client: FlaskClient, shop: Stage) -> None:
    bought = shop.buys(ui_mode="elements")
    shop.pays(bought)
    shop.delivers()

    response = client.get(f"/pay?ui=elements&order={bought.order}")

    assert (response.status_code, response.headers["Location"]) == (303, f"/orders/{bought.order}")


def test_who_left_is_led_back_to_the_same_page(client: FlaskClient, shop: Stage) -> None:
    bought = shop.buys(ui_mode="elements")
    there = f"/pay?ui=elements&order={bought.order}"

    left = page(client.get(f"/checkout/cancel?order={bought.order}"))
    again = client.post("/checkout", data={"order": bought.order})

    assert there.replace("&", "&amp;") in left
    assert (again.status_code, again.headers["Location"]) == (303, there)


def test_only_our_own_page_leaves_a_cookie(client: FlaskClient) -> None:
    cart = {"items": [{"price": "poster-usd", "quantity": 1}], "ui_mode": "elements"}

    ours = client.post(
        "/api/v1/checkout-sessions", json=cart, headers={"Sec-Fetch-Site": "same-origin"}
    )
    others = client.post("/api/v1/checkout-sessions", json=cart)

    assert "orders=" in ours.headers["Set-Cookie"]
    assert "Set-Cookie" not in others.headers
