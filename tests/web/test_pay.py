"""The form's pages: every state, what they offer, and whom they let in."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.stage import Bought, Stage, Step, calling
from tests.web import standings as reach
from tests.web.asserts import page, wait_in_words
from tests.web.catalog import CATALOG
from tests.web.conftest import MakeApp
from tests.web.standings import Reach

CHOICE = "/pay?price=poster-usd&quantity=2"


@pytest.fixture
def bought(shop: Stage) -> Bought:
    """An order that is to be paid by an intent."""
    return reach.pending(shop, reach.INTENT)


def complete(bought: Bought) -> str:
    return f"/pay/complete?payment_intent={bought.intent}"


def attributes(text: str) -> dict[str, str]:
    found = re.search(r"<main([^>]*)>", text)
    assert found is not None
    return {name: unescape(value) for name, value in re.findall(r'data-([\w-]+)="(.*?)"', found[1])}


def policy(response: TestResponse) -> dict[str, list[str]]:
    rules = response.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (rule.split() for rule in rules) if words}


class Case(NamedTuple):
    """How an order is reached, and what its page must say and offer."""

    reached: Reach
    state: str
    words: str
    offer: str | None = None


# A decline and 3-D Secure leave the order pending; held money is a reason to look; a canceled
# intent, like a debit that bounced, has failed.
CASES = (
    Case(reach.pending, "unpaid", "Not paid yet", "Pay now"),
    Case(reach.processing, "processing", "should not pay again"),
    Case(reach.shows("requires_capture"), "checking", "checking your payment"),
    Case(reach.shows("thawing"), "checking", "checking your payment"),
    Case(reach.paid, "paid", "Thank you!"),
    Case(reach.paid_otherwise, "checking", "do not pay again"),
    Case(reach.failed, "failed", "You were not charged", "Try again"),
    Case(reach.canceled, "expired", "was canceled"),
    Case(reach.refunded, "refunded", "Refunded"),
)
WAITING = (reach.pending, reach.processing)


@pytest.mark.parametrize("case", CASES)
def test_each_state_says_one_thing_and_offers_one(
    client: FlaskClient, shop: Stage, case: Case
) -> None:
    bought = case.reached(shop, reach.INTENT)

    response = client.get(complete(bought))
    text = page(response)

    assert attributes(text)["state"] == case.state
    assert case.words in text
    form = f'href="/pay?order={bought.order}"'
    assert (form in text, 'action="/checkout"' in text) == (case.offer is not None, False)
    if case.offer is not None:
        assert re.search(rf"{re.escape(form)}[^>]*>{case.offer}<", text)
    assert response.headers["X-Robots-Tag"] == "noindex"
    watched = f"/api/v1/payment-intents/{bought.intent}" if case.reached in WAITING else None
    assert attributes(text).get("poll") == watched


@pytest.mark.parametrize("case", CASES)
def test_the_form_opens_only_where_paying_is_offered(
    client: FlaskClient, shop: Stage, case: Case
) -> None:
    bought = case.reached(shop, reach.INTENT)

    response = client.get(f"/pay?order={bought.order}")

    if case.offer is None:
        there = f"/orders/{bought.order}"
        assert (response.status_code, response.headers["Location"]) == (303, there)
    else:
        shown = attributes(page(response))
        assert json.loads(shown["cart"]) == {"order": bought.order}
        assert "key" not in shown


def test_an_order_of_another_way_in_is_not_paid_here(client: FlaskClient, shop: Stage) -> None:
    order = shop.buys().order

    response = client.get(f"/pay?order={order}")

    assert response.headers["Location"] == f"/orders/{order}"


def test_the_page_carries_what_its_script_needs_and_no_secret(client: FlaskClient) -> None:
    text = page(client.get(CHOICE))
    shown = attributes(text)

    assert json.loads(shown["cart"]) == {"items": [{"price": "poster-usd", "quantity": 2}]}
    assert shown["return-url"] == "http://127.0.0.1:8000/pay/complete"
    assert "Pay $50.00" in text
    assert "_secret_" not in text
    assert "sk_test_" not in text


def test_every_visit_has_a_key_of_its_own_that_the_api_takes(client: FlaskClient) -> None:
    keys = {attributes(page(client.get(CHOICE)))["key"] for _ in range(3)}

    assert len(keys) == 3
    assert all(re.fullmatch(r"[ -~]{1,255}", key) for key in keys)


def test_without_javascript_the_same_choice_goes_to_stripes_page(client: FlaskClient) -> None:
    text = page(client.get(CHOICE))
    (block,) = re.findall(r"<noscript>(.*?)</noscript>", text.split("<body")[1], re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', block))

    assert 'action="/checkout"' in block
    assert fields == {
        "price": "poster-usd", "quantity": "2", "token": attributes(text)["key"],
    }  # fmt: skip
    assert re.search(r'<form id="pay-form"[^>]* hidden>', text)


def test_stripes_own_origins_are_open_on_the_form_alone(make_app: MakeApp, bought: Bought) -> None:
    client = make_app(stripe_js_url="https://js.stripe.com/endive/stripe.js").test_client()

    form, after = policy(client.get(CHOICE)), policy(client.get(complete(bought)))

    scripts = ["https://js.stripe.com", "https://*.js.stripe.com"]
    assert form["script-src"] == ["'self'", *scripts]
    assert form["frame-src"] == [*scripts, "https://hooks.stripe.com"]
    assert form["connect-src"] == ["'self'", "https://api.stripe.com"]
    assert form["style-src"] == ["'self'"]
    assert form["frame-ancestors"] == ["'none'"]
    assert after["script-src"] == after["connect-src"] == ["'self'"]
    assert "frame-src" not in after


WITH_SECRET = "payment_intent_client_secret=pi_1_secret_canary"


@pytest.mark.parametrize(
    "query",
    [
        f"{{mine}}&{WITH_SECRET}",
        f"{WITH_SECRET}&{{mine}}&redirect_status=failed",
        "{mine}&payment_intent_client_secret=",
        f"{{mine}}&{WITH_SECRET}&{WITH_SECRET}",
    ],
)
def test_the_secret_goes_before_anybody_is_asked(
    client: FlaskClient, shop: Stage, bought: Bought, query: str
) -> None:
    shop.advance(60)
    shop.forget_calls()
    mine = f"payment_intent={bought.intent}"

    response = client.get(f"/pay/complete?{query.format(mine=mine)}")

    assert (response.status_code, response.headers["Location"]) == (303, complete(bought))
    assert "canary" not in response.get_data(as_text=True) + str(response.headers)
    assert not shop.calls()


@pytest.mark.parametrize(
    "evil", ["https://evil.example", "//evil.example", "a%0d%0aSet-Cookie:%20x=y", "%F0%9F%A6%84"]
)
def test_a_hostile_id_stays_on_this_page(client: FlaskClient, evil: str) -> None:
    response = client.get(f"/pay/complete?payment_intent={evil}&{WITH_SECRET}")

    assert response.headers["Location"].startswith("/pay/complete?payment_intent=")
    assert "Set-Cookie" not in response.headers
    page(client.get(response.headers["Location"]), 404)


def test_a_return_with_a_secret_and_no_intent_repeats_nothing(client: FlaskClient) -> None:
    text = page(client.get(f"/pay/complete?{WITH_SECRET}"), 404)

    assert "canary" not in text


def test_the_pages_keep_to_their_verb(client: FlaskClient, bought: Bought) -> None:
    for path in (CHOICE, complete(bought)):
        assert client.post(path).status_code == 405


def test_too_many_looks_are_sent_away(make_app: MakeApp, bought: Bought) -> None:
    for path in (CHOICE, complete(bought)):
        client = make_app(poll_rate_limit="2 per hour").test_client()
        for _ in range(2):
            page(client.get(path))

        response = client.get(path)

        assert wait_in_words(response) in page(response, 429)


def test_a_shop_in_pull_mode_says_so(app: Flask) -> None:
    with Stage(catalog=CATALOG, pull_mode=True) as shop:
        app.extensions["checkout_service"] = shop.use_cases

        page(app.test_client().get(CHOICE), 501)


def test_a_price_that_stripe_does_not_tell_is_asked_for_again(app: Flask, stage: Stage) -> None:
    app.extensions["checkout_service"] = stage.use_cases
    stage.cuts(calling("GET", "/v1/prices"), times=None)

    page(app.test_client().get("/pay?price=linked-usd&quantity=1"), 503)


@pytest.mark.parametrize(
    "path",
    [
        "/pay?order=ord_nobody", "/pay?order=", "/pay?order=%00", "/pay/complete",
        "/pay/complete?payment_intent=", "/pay/complete?payment_intent=pi_nobody",
        "/pay/complete?payment_intent=../../x", "/pay/complete?payment_intent=%00",
    ],
)  # fmt: skip
def test_what_nobody_made_is_not_found_and_stripe_is_not_asked(
    shop: Stage, client: FlaskClient, path: str
) -> None:
    steps: list[Step] = []
    shop.told_of(steps.append)

    page(client.get(path), 404)

    assert [step for step in steps if step.call is not None] == []
