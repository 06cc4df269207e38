"""The buyer's own page has receipt and invoice on the first return, for one read an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.clock import SECOND
from checkout_service.stripe_gateway.event_kinds import TYPES
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.support.stage.catalog import catalog_text
from tests.use_cases.evidence.waiting import live

INVOICED = """
[checkout.session]
invoice_creation = { enabled = true }
"""
ALMANAC = """
[[products]]
id = "yearbook"
name = "Yearbook"
[[products.prices]]
id = "yearbook-monthly"
currency = "eur"
unit_amount = 900
recurring = { interval = "month" }
"""
MakeClient = Callable[[], FlaskClient]


@pytest.fixture
def shop(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A shop whose sessions make invoices, unless a test says otherwise."""
    with Stage(catalog=getattr(request, "param", INVOICED) + catalog_text()) as opened:
        yield opened


@pytest.fixture
def make_client(shop: Stage, tmp_path: Path) -> MakeClient:
    return app_on(shop, tmp_path).test_client


def buys(client: FlaskClient, price: str = "poster-usd") -> str:
    answer = client.post("/checkout", data={"price": price, "quantity": "1"})
    return str(re.findall(r"cs_test_\w+", answer.headers["Location"])[0])


def pays_and_is_told(shop: Stage, what: Any) -> None:
    """Let the webhooks that an endpoint asks for come before the buyer is back, as Stripe does."""
    shop.pays(what)
    shop.delivers(*TYPES)
    shop.drops()  # an endpoint made by hand may tell of charges, which carry the receipt
    shop.forget_calls()


def links(client: FlaskClient, path: str) -> list[str]:
    """List the words of the links to what Stripe made of a payment."""
    page = client.get(path)
    assert 'data-state="paid"' in page.text
    return re.findall(
        r'<a href="http[^"]+/(?:receipts|invoices)/[^"]+"[^>]*>([^<]+)</a>', page.text
    )


def test_who_comes_back_after_the_webhook_has_both_for_one_read(
    shop: Stage, make_client: MakeClient
) -> None:
    buyer = make_client()
    session = buys(buyer)
    pays_and_is_told(shop, session)

    path = f"/checkout/success?session_id={session}"
    assert links(buyer, path) == ["Receipt", "Invoice", "Invoice as PDF"]
    assert links(buyer, path) == ["Receipt", "Invoice", "Invoice as PDF"]
    assert len(shop.calls("GET")) == 1


def test_who_comes_back_first_has_both_for_the_read_that_settles(
    shop: Stage, make_client: MakeClient
) -> None:
    buyer = make_client()
    session = buys(buyer)
    shop.pays(session)
    shop.forget_calls()

    path = f"/checkout/success?session_id={session}"
    assert links(buyer, path) == ["Receipt", "Invoice", "Invoice as PDF"]
    shop.delivers(*TYPES)
    assert links(buyer, path) == ["Receipt", "Invoice", "Invoice as PDF"]
    assert len(shop.calls("GET")) == 1


def test_nobody_else_is_shown_either_or_makes_anybody_read(
    shop: Stage, make_client: MakeClient
) -> None:
    buyer, friend = make_client(), make_client()
    session = buys(buyer)
    pays_and_is_told(shop, session)

    assert links(friend, f"/checkout/success?session_id={session}") == []
    assert shop.calls("GET") == []


def test_the_pages_of_a_bare_payment_and_of_a_link_have_the_receipt(
    shop: Stage, make_client: MakeClient
) -> None:
    buyer = make_client()
    cart = {"items": [{"price": "poster-usd", "quantity": 1}]}
    own_page = {"Sec-Fetch-Site": "same-origin"}
    answer = buyer.post("/api/v1/payment-intents", json=cart, headers=own_page)
    intent = answer.get_json()["id"]
    pays_and_is_told(shop, intent)
    assert links(buyer, f"/pay/complete?payment_intent={intent}") == ["Receipt"]

    shop.make_link("print")
    away = buyer.get("/links/print").headers["Location"]
    reference = away.partition("client_reference_id=")[2]
    session = shop.pays("print", client_reference_id=reference)
    shop.delivers(*TYPES)
    assert links(buyer, f"/links/return?session_id={session['id']}") == ["Receipt"]


@pytest.mark.parametrize("shop", [ALMANAC], indirect=True)
def test_a_subscriptions_first_payment_has_its_receipt_too(
    shop: Stage, make_client: MakeClient
) -> None:
    buyer = make_client()
    session = buys(buyer, "yearbook-monthly")
    pays_and_is_told(shop, session)

    assert "Receipt" in links(buyer, f"/checkout/success?session_id={session}")
    assert len(shop.calls("GET")) == 3


@pytest.mark.parametrize("kind", ["error_500", "reset", "timeout"])
def test_a_stripe_that_does_not_answer_costs_one_try_of_a_moment_and_the_page_says_paid(
    shop: Stage, make_client: MakeClient, kind: str
) -> None:
    buyer = make_client()
    session = buys(buyer)
    pays_and_is_told(shop, session)
    rule = {"method": "GET", "path": "/v1/checkout/sessions", "kind": kind, "probability": 1}
    shop.control("PUT", "faults", {"api": [rule]})

    path, began = f"/checkout/success?session_id={session}", shop.now
    assert links(buyer, path) == []
    assert links(buyer, path) == []

    assert len(shop.calls("GET")) == 1
    assert shop.now - began <= 4 * SECOND


def test_an_order_costs_one_read_more_than_the_three_it_had(
    shop: Stage, make_client: MakeClient
) -> None:
    buyer = make_client()
    session = buys(buyer)
    pays_and_is_told(shop, session)
    for _ in range(40):
        buyer.get(f"/checkout/success?session_id={session}")
        shop.advance(30)

    live(shop, 30)

    assert len([call for call in shop.calls("GET") if session in call.path]) == 4
