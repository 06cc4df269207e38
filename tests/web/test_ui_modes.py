"""Sessions on pages of the caller's own: what is asked, what the answers hold, what is refused."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from checkout_service.storage.tables import metadata
from tests.support.databases import KEYS
from tests.support.stage import Stage
from tests.web.asserts import problem
from tests.web.conftest import BASE, MERCHANT, SHOP_SITE, MakeApp

CREATE, SESSIONS = "/api/v1/checkout-sessions", "/v1/checkout/sessions"
CART: dict[str, Any] = {"items": [{"price": "poster-usd", "quantity": 2}]}
KEY = {"Idempotency-Key": "2c1f5a4e-own-page-key"}
OWN = pytest.mark.parametrize("ui_mode", ["embedded_page", "elements", "form"])
_ID = "session_id={CHECKOUT_SESSION_ID}"


def asked(shop: Stage) -> dict[str, str]:
    """Tell what Stripe was asked to open."""
    (call,) = shop.writes(SESSIONS)
    return call.params


@OWN
def test_a_create_brings_the_secret_in_the_urls_place(
    client: FlaskClient, shop: Stage, ui_mode: str
) -> None:
    body = client.post(CREATE, json=CART | {"ui_mode": ui_mode}).get_json()

    assert body["url"] is None
    assert body["client_secret"].startswith(f"{body['id']}_secret_")
    assert body["publishable_key"] == KEYS["STRIPE_PUBLISHABLE_KEY"]
    assert asked(shop)["ui_mode"] == ui_mode
    assert asked(shop)["return_url"] == f"{BASE}/checkout/success?{_ID}"
    assert not {"success_url", "cancel_url"} & set(asked(shop))


@OWN
def test_no_other_answer_brings_it(client: FlaskClient, ui_mode: str) -> None:
    made = client.post(CREATE, json=CART | {"ui_mode": ui_mode}).get_json()

    read = client.get(f"{CREATE}/{made['id']}", headers=MERCHANT)
    closed = client.post(f"{CREATE}/{made['id']}/expire")

    assert (read.status_code, closed.status_code) == (200, 200)
    for answer in (read, closed):
        assert "secret" not in answer.get_data(as_text=True)
        assert "publishable_key" not in answer.get_json()


def test_the_hosted_page_stays_as_it_was(client: FlaskClient, shop: Stage) -> None:
    body = client.post(CREATE, json=CART | {"ui_mode": "hosted_page"}, headers=KEY).get_json()
    shop.forget_calls()

    again = client.post(CREATE, json=CART | {"ui_mode": "hosted_page"}, headers=KEY)

    assert body["url"]
    assert "client_secret" not in body
    assert again.get_json() == body
    assert not shop.calls()


def test_a_replay_and_another_try_bring_the_same_secret(client: FlaskClient, shop: Stage) -> None:
    cart = CART | {"ui_mode": "elements"}
    made = client.post(CREATE, json=cart, headers=KEY).get_json()

    replayed = client.post(CREATE, json=cart, headers=KEY)
    retried = client.post(CREATE, json={"order": made["order"]["id"]}).get_json()

    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert replayed.get_json() == made
    assert (retried["id"], retried["client_secret"]) == (made["id"], made["client_secret"])
    assert len(shop.writes(SESSIONS)) == 1


def test_another_session_of_the_order_is_of_the_same_kind(client: FlaskClient) -> None:
    made = client.post(CREATE, json=CART | {"ui_mode": "form"}).get_json()
    client.post(f"{CREATE}/{made['id']}/expire")

    again = client.post(CREATE, json={"order": made["order"]["id"]}).get_json()

    assert again["id"] != made["id"]
    assert again["client_secret"].startswith(again["id"])


def test_the_secret_is_neither_stored_nor_logged(
    client: FlaskClient, shop: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = client.post(CREATE, json=CART | {"ui_mode": "elements"}, headers=KEY).get_json()
    shop.pays(made["id"])
    shop.delivers()

    secret = made["client_secret"].partition("_secret_")[2]
    with shop.engine.connect() as connection:
        for table in metadata.sorted_tables:
            assert secret not in str(connection.execute(select(table)).all()), table.name
    assert secret not in caplog.text
    assert shop.order(made["order"]["id"])["fulfilled"] is True


def test_the_callers_own_return_url_is_asked_for(client: FlaskClient, shop: Stage) -> None:
    back = {"ui_mode": "embedded_page", "return_url": f"{SHOP_SITE}/thanks"}

    client.post(CREATE, json=CART | back | {"redirect_on_completion": "if_required"})

    assert asked(shop)["return_url"] == f"{SHOP_SITE}/thanks?{_ID}"
    assert asked(shop)["redirect_on_completion"] == "if_required"


def test_a_buyer_who_is_never_redirected_needs_no_address(client: FlaskClient, shop: Stage) -> None:
    never = {"ui_mode": "embedded_page", "redirect_on_completion": "never"}

    assert client.post(CREATE, json=CART | never).status_code == 201
    assert "return_url" not in asked(shop)


@pytest.mark.parametrize(
    "body",
    [
        {"ui_mode": "custom"},
        {"ui_mode": "embedded"},
        {"ui_mode": "elements\0"},
        {"ui_mode": ["elements"]},
        {"ui_mode": "elements", "success_url": f"{SHOP_SITE}/x"},
        {"ui_mode": "form", "cancel_url": f"{SHOP_SITE}/x"},
        {"return_url": f"{SHOP_SITE}/x"},
        {"ui_mode": "hosted_page", "return_url": f"{SHOP_SITE}/x"},
        {"ui_mode": "elements", "return_url": "https://evil.example/"},
        {"ui_mode": "elements", "return_url": "https://site.example@evil.example/"},
        {"ui_mode": "elements", "return_url": "javascript:alert(1)"},
        {"ui_mode": "elements", "return_url": "//site.example/x"},
        {"ui_mode": "elements", "redirect_on_completion": "never"},
        {"redirect_on_completion": "always"},
        {"ui_mode": "embedded_page", "redirect_on_completion": "sometimes"},
        {
            "ui_mode": "embedded_page",
            "redirect_on_completion": "never",
            "return_url": f"{SHOP_SITE}/x",
        },
    ],
    ids=json.dumps,
)
def test_what_does_not_go_together_is_refused_and_stripe_is_not_asked(
    client: FlaskClient, shop: Stage, body: dict[str, Any]
) -> None:
    problem(client.post(CREATE, json=CART | body), 422, "invalid_input")

    assert not shop.calls()


def test_an_order_of_the_backend_is_paid_on_its_own_page_too(
    client: FlaskClient, shop: Stage
) -> None:
    table = {"name": "Table", "unit_amount": 5000, "currency": "usd"}

    made = client.post(
        "/api/v1/orders", json={"items": [table], "ui_mode": "elements"}, headers=MERCHANT | KEY
    )

    assert made.get_json()["client_secret"]
    assert asked(shop)["ui_mode"] == "elements"


@pytest.mark.parametrize(
    "more",
    [
        {"flow": "payment_intent", "ui_mode": "elements"},
        {"flow": "payment_intent", "return_url": f"{SHOP_SITE}/x"},
        {"ui_mode": "elements", "session": {"submit_type": "donate"}},
        {"ui_mode": "elements", "session": {"tax_id_collection": {"required": "never"}}},
    ],
    ids=json.dumps,
)
def test_an_order_of_the_backend_is_held_to_the_same(
    client: FlaskClient, more: dict[str, Any]
) -> None:
    table = {"name": "Table", "unit_amount": 5000, "currency": "usd"}

    answer = client.post("/api/v1/orders", json={"items": [table], **more}, headers=MERCHANT)

    problem(answer, 422, "invalid_input")


def test_the_catalogs_words_for_stripes_page_are_left_out_of_ones_own(
    make_app: MakeApp, shop: Stage, tmp_path: Path
) -> None:
    catalog = tmp_path / "with-words.toml"
    catalog.write_text(
        '[checkout]\nrecovery = true\n[checkout.session]\nsubmit_type = "pay"\n'
        "phone_number_collection = { enabled = true }\n"
        '[[products]]\nid = "poster"\nname = "Poster"\n'
        '[[products.prices]]\nid = "poster-usd"\ncurrency = "usd"\nunit_amount = 2500\n'
    )
    with Stage(catalog=catalog.read_text()) as other:
        client = other_client(make_app, other)

        assert client.post(CREATE, json=CART | {"ui_mode": "elements"}).status_code == 201

        (call,) = other.writes(SESSIONS)
        assert call.params["phone_number_collection[enabled]"] == "true"
        assert not [name for name in call.params if name.startswith(("submit", "after_expir"))]


def other_client(make_app: MakeApp, stage: Stage) -> FlaskClient:
    app = make_app()
    app.extensions["checkout_service"] = stage.use_cases
    return app.test_client()
