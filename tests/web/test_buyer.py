"""Who sees what the buyer told Stripe: the merchant all of it, the buyer's own browser a little."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.facts.buyer import SHOWN
from checkout_service.web.pages.order_page import masked
from tests.support.admin import signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.support.stage.catalog import catalog_text

SHIPS = '[checkout]\nshipping_countries = ["DE"]\n'
HOSTILE = "<script>alert(1)</script>"
MERCHANT = {"Authorization": "Bearer tests-merchant-key"}
ADA: dict[str, Any] = {
    "name": "Ada Lovelace",
    "phone": "+4922155501",
    "address": {"line1": "Am Kanal 3", "city": "Köln", "postal_code": "01234", "country": "DE"},
}
OWN = ("4242", "Receipt")
MakeClient = Callable[[], FlaskClient]


@pytest.fixture
def make_client(stage: Stage, tmp_path: Path) -> MakeClient:
    app = app_on(stage, tmp_path, api_keys="tests-merchant-key")
    return app.test_client


def buys(client: FlaskClient) -> str:
    """Press Buy on the storefront; return the session's id."""
    answer = client.post("/checkout", data={"price": "poster-usd", "quantity": "1"})
    return str(re.findall(r"cs_test_\w+", answer.headers["Location"])[0])


def sees(client: FlaskClient, path: str) -> list[str]:
    text = client.get(path).text
    assert "Ada" not in text
    assert "Am Kanal" not in text
    return [word for word in OWN if word in text]


def test_only_the_buyers_own_browser_is_shown_how_it_was_paid(
    stage: Stage, make_client: MakeClient
) -> None:
    buyer, friend = make_client(), make_client()
    session = buys(buyer)
    stage.pays(session, **ADA)
    path = f"/checkout/success?session_id={session}"

    assert sees(buyer, path) == list(OWN)
    assert sees(friend, path) == []

    order = stage.returns(session).order.id
    assert sees(buyer, f"/orders/{order}") == list(OWN)
    assert sees(friend, f"/orders/{order}") == []
    friend.set_cookie("orders", json.dumps([order]))
    assert sees(friend, f"/orders/{order}") == []


def test_only_the_buyers_own_browser_is_shown_where_receipt_and_goods_go(tmp_path: Path) -> None:
    with Stage(catalog=SHIPS + catalog_text()) as stage:
        app = app_on(stage, tmp_path)
        buyer, friend = app.test_client(), app.test_client()
        session = buys(buyer)
        stage.pays(session, shipping={"name": HOSTILE, "address": ADA["address"]})
        path, french = f"/checkout/success?session_id={session}", {"Accept-Language": "fr"}

        told = buyer.get(path, headers=french).text
        strangers = friend.get(path).text

    assert "<bdi>Am Kanal 3</bdi><br><bdi>01234 Köln</bdi><br><bdi>Allemagne</bdi></dd>" in told
    assert HOSTILE not in told
    assert "<bdi>b…r@example.com</bdi>" in told
    assert "buyer@example.com" not in told
    for word in ("Am Kanal", "<dl>", "@example.com"):
        assert word not in strangers


@pytest.mark.parametrize(
    ("email", "shown"),
    [("jo@example.com", "j…@example.com"), ("ada.l@x.example", "a…l@x.example")],
)
def test_of_a_short_address_less_is_shown(email: str, shown: str) -> None:
    assert masked(email) == shown


def test_who_starts_an_order_over_by_its_id_is_given_no_cookie(
    stage: Stage, make_client: MakeClient
) -> None:
    stranger = make_client()
    order = stage.buys().order

    answer = stranger.post("/checkout", data={"order": order})

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


def test_our_own_pages_intent_is_known_to_its_browser_and_no_other_sites_is(
    stage: Stage, make_client: MakeClient
) -> None:
    cart = {"items": [{"price": "poster-usd", "quantity": 1}]}
    seen = {}
    for site in ("same-origin", None):
        client = make_client()
        headers = {"Sec-Fetch-Site": site} if site else {}
        intent = client.post("/api/v1/payment-intents", json=cart, headers=headers).get_json()["id"]
        stage.pays(intent)
        seen[site] = sees(client, f"/pay/complete?payment_intent={intent}")

    assert seen == {"same-origin": list(OWN), None: []}


def test_the_last_five_orders_are_remembered(stage: Stage, make_client: MakeClient) -> None:
    buyer = make_client()
    sessions = [buys(buyer) for _ in range(6)]
    for session in (sessions[0], sessions[1]):
        stage.pays(session)

    assert sees(buyer, f"/checkout/success?session_id={sessions[0]}") == []
    assert sees(buyer, f"/checkout/success?session_id={sessions[1]}") == list(OWN)


def test_nobody_without_a_key_is_told_and_with_one_everything(
    stage: Stage, make_client: MakeClient
) -> None:
    client = make_client()
    session = buys(client)
    stage.pays(session, **ADA)

    public = client.get(f"/api/v1/checkout-sessions/{session}").get_json()["order"]
    private = client.get(f"/api/v1/checkout-sessions/{session}", headers=MERCHANT).get_json()[
        "order"
    ]
    deep = client.get(f"/api/v1/orders/{private['id']}", headers=MERCHANT).get_json()

    assert public["status"] == "paid"
    assert set(SHOWN) & set(public) == set()
    assert private["customer"]["address"]["postal_code"] == "01234"
    assert {part: deep[part] for part in SHOWN} == {part: private[part] for part in SHOWN}


def test_the_desk_writes_an_address_as_its_country_does(stage: Stage, tmp_path: Path) -> None:
    bought = stage.buys()
    said = {"line1": "510 Townsend St", "city": "San Francisco", "state": "CA",
            "postal_code": "94103", "country": "US"}  # fmt: skip
    stage.pays(bought, name="Ada", address=said)
    stage.returns(bought)

    page = signed_in(app_on(stage, tmp_path)).get(f"/admin/orders/{bought.order}").text

    lines = ("510 Townsend St", "San Francisco, CA 94103", "US")
    assert "<dd>" + "<br>".join(f"<bdi>{line}</bdi>" for line in lines) + "</dd>" in page


def test_in_the_admin_a_strangers_words_are_escaped_and_a_spreadsheet_runs_none(
    stage: Stage, tmp_path: Path
) -> None:
    admin = signed_in(app_on(stage, tmp_path))
    bought = stage.buys()
    said = {"line1": HOSTILE, "city": '=HYPERLINK("http://x")', "country": "DE"}
    stage.pays(bought, name=f"{HOSTILE}Ada", address=said, phone="=1+1",
               tax_ids=[{"type": "eu_vat", "value": HOSTILE}])  # fmt: skip
    stage.returns(bought)

    page = admin.get(f"/admin/orders/{bought.order}").text
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;Ada" in page
    assert "visa 4242" in page

    (row,) = csv.DictReader(io.StringIO(admin.get("/admin/orders.csv").text, newline=""))
    assert row["customer_name"] == f"{HOSTILE}Ada"
    assert row["customer_phone"] == "'=1+1"
    assert row["customer_address"] == f'{HOSTILE}, =HYPERLINK("http://x"), DE'
    assert (row["payment_method"], row["card_last4"]) == ("visa", "4242")
    assert row["receipt_url"].startswith("http")
