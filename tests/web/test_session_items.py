"""`PUT /checkout-sessions/{id}/items`: what an open session sells, changed over the API."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Stage
from tests.web import standings as reach
from tests.web.asserts import locs, problem
from tests.web.conftest import MERCHANT

SESSIONS = "/api/v1/checkout-sessions"
THREE: dict[str, Any] = {"items": [{"price": "poster-usd", "quantity": 3}]}


@pytest.fixture
def address(shop: Stage) -> str:
    return f"{SESSIONS}/{shop.buys(ui_mode='elements').session}/items"


def test_the_items_are_changed_and_the_session_stays(
    client: FlaskClient, shop: Stage, address: str
) -> None:
    response = client.put(address, json=THREE)

    body = response.get_json()
    assert response.status_code == 200
    assert f"{SESSIONS}/{body['id']}/items" == address
    assert (body["order"]["amount_total"], body["order"]["items"][0]["quantity"]) == (7500, 3)
    assert "secret" not in response.get_data(as_text=True)
    (asked,) = shop.writes(f"/v1/checkout/sessions/{body['id']}")
    assert asked.params["line_items[0][quantity]"] == "3"


def test_the_same_items_again_are_the_same_answer(client: FlaskClient, address: str) -> None:
    first, second = (client.put(address, json=THREE) for _ in range(2))

    assert first.get_json()["order"] == second.get_json()["order"]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, {"items"}),
        ({"items": []}, {"items"}),
        ({"items": None}, {"items"}),
        ({"items": [{"price": "gone", "quantity": 1}]}, {"items.0.price"}),
        ({"items": [{"price": "poster-usd", "quantity": 21}]}, {"items.0.quantity"}),
        ({"items": [{"price": "poster-usd", "quantity": 1, "unit_amount": 1}]}, None),
        ({"items": [{"price": "cloth-jpy", "quantity": 1}]}, {"items"}),
        ({"items": [{"price": "almanac-month", "quantity": 1}]}, {"items"}),
        (THREE | {"amount": 1}, {"amount"}),
        (THREE | {"ui_mode": "elements"}, {"ui_mode"}),
    ],
    ids=str,
)
def test_wrong_items_are_named_and_stripe_is_not_asked(
    client: FlaskClient, shop: Stage, address: str, body: Any, places: set[str] | None
) -> None:
    shop.forget_calls()

    answer = problem(client.put(address, json=body), 422, "invalid_input")

    assert places in (None, locs(answer))
    assert not shop.calls()


def test_a_card_number_is_refused_here_too(client: FlaskClient, address: str) -> None:
    items = [{"price": "4242 4242 4242 4242", "quantity": 1}]

    problem(client.put(address, json={"items": items}), 422, "card_number")


@pytest.mark.parametrize("name", ["cs_test_x", "x", "pi_1", "..%2f", "cs_test_" + "a" * 300])
def test_an_unknown_session_is_a_404_without_a_call(
    client: FlaskClient, shop: Stage, name: str
) -> None:
    problem(client.put(f"{SESSIONS}/{name}/items", json=THREE), 404, "not_found")

    assert not shop.calls()


def test_a_session_of_stripes_page_is_left_as_it_is(client: FlaskClient, shop: Stage) -> None:
    bought = reach.pending(shop)

    problem(client.put(f"{SESSIONS}/{bought.session}/items", json=THREE), 422, "invalid_input")


def test_money_and_an_end_are_a_409(client: FlaskClient, shop: Stage) -> None:
    paid, over = shop.buys(ui_mode="elements"), shop.buys(ui_mode="form")
    shop.pays(paid)
    shop.delivers()
    client.post(f"{SESSIONS}/{over.session}/expire")

    problem(client.put(f"{SESSIONS}/{paid.session}/items", json=THREE), 409, "order_paid")
    problem(client.put(f"{SESSIONS}/{over.session}/items", json=THREE), 409, "session_closed")


def test_only_the_shop_itself_changes_what_it_priced(client: FlaskClient, shop: Stage) -> None:
    address = f"{SESSIONS}/{shop.prices(ui_mode='elements').session}/items"

    problem(client.put(address, json=THREE), 422, "invalid_input")

    assert client.put(address, json=THREE, headers=MERCHANT).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://site.example"}, 200),
    ],
)
def test_another_sites_page_changes_nothing(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    assert client.put(address, json=THREE, headers=headers).status_code == status
