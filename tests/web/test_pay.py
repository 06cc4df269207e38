"""The form's pages over a shop in memory: every state, what they offer, and whom they let in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from checkout_service.domain.errors import NotFound, PullMode, StripeUnavailable
from checkout_service.domain.order.cart import Cart, price_lines
from checkout_service.domain.order.line import Line
from checkout_service.domain.ports.prices import PriceView
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.orders import IntentAnswer, OrderView
from tests.web.asserts import page
from tests.web.fakes import CATALOG, an_order

S = OrderStatus
INTENT = "pi_" + "a1" * 12
COMPLETE = f"/pay/complete?payment_intent={INTENT}"
CHOICE = "/pay?price=poster-usd&quantity=2"
MakeApp = Callable[..., Flask]


@dataclass
class Counter:
    """A shop with one order that is paid by an intent; every question to it is noted."""

    order: OrderView = field(
        default_factory=lambda: an_order(flow="payment_intent", payment_intent=INTENT)
    )
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def by_intent(self, intent_id: str, *, source: str, wait: bool = False) -> IntentAnswer:
        self.asked.append(f"{intent_id} {source} {wait}")
        if intent_id != INTENT:
            raise NotFound
        return IntentAnswer(INTENT, "requires_payment_method", self.order)

    def view(self, order_id: str) -> OrderView:
        if order_id != self.order.id:
            raise NotFound
        return self.order

    def priced(self, cart: Cart) -> tuple[Line, ...]:
        if self.failure is not None:
            raise self.failure
        return tuple(price_lines(cart, CATALOG, _no_price))


def _no_price(price_id: str) -> PriceView:
    raise NotFound


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def open_shop(make_app: MakeApp, counter: Counter) -> Callable[..., FlaskClient]:
    def make(**changes: Any) -> FlaskClient:
        app = make_app(**changes)
        app.extensions["checkout_service"] = SimpleNamespace(
            confirm_payment=counter, read_orders=counter, start_intent=counter
        )
        return app.test_client()

    return make


@pytest.fixture
def client(open_shop: Callable[..., FlaskClient]) -> FlaskClient:
    return open_shop()


def change(counter: Counter, **changes: Any) -> None:
    counter.order = an_order(flow="payment_intent", payment_intent=INTENT, **changes)


def attributes(text: str) -> dict[str, str]:
    found = re.search(r"<main([^>]*)>", text)
    assert found is not None
    return {name: unescape(value) for name, value in re.findall(r'data-([\w-]+)="(.*?)"', found[1])}


def policy(response: TestResponse) -> dict[str, list[str]]:
    rules = response.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (rule.split() for rule in rules) if words}


class Case(NamedTuple):
    """An order, and what its page must say and offer."""

    order: dict[str, Any]
    state: str
    words: str
    offer: str | None = None

    def __str__(self) -> str:
        return " ".join(map(str, self.order.values()))


# A decline and 3-D Secure leave the order pending; held money is a reason to look; a canceled
# intent, like a debit that bounced, has failed.
CASES = (
    Case({}, "unpaid", "Not paid yet", "Pay now"),
    Case({"status": S.PROCESSING}, "processing", "should not pay again"),
    Case({"holds": ("uncaptured",)}, "checking", "checking your payment"),
    Case({"holds": ("unknown_status",)}, "checking", "checking your payment"),
    Case({"status": S.PAID, "fulfilled": True, "amount_paid": 5000}, "paid", "Thank you!"),
    Case({"status": S.PAID, "holds": ("amount_mismatch",)}, "checking", "do not pay again"),
    Case({"status": S.FAILED}, "failed", "You were not charged", "Try again"),
    Case({"status": S.CANCELED}, "expired", "was canceled"),
    Case({"status": S.EXPIRED}, "expired", "has expired"),
    Case({"status": S.REFUNDED, "fulfilled": True, "amount_refunded": 5000}, "paid", "Refunded"),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_state_says_one_thing_and_offers_one(
    client: FlaskClient, counter: Counter, case: Case
) -> None:
    change(counter, **case.order)

    response = client.get(COMPLETE)
    text = page(response)

    assert attributes(text)["state"] == case.state
    assert case.words in text
    form = f'href="/pay?order={counter.order.id}"'
    assert (form in text, 'action="/checkout"' in text) == (case.offer is not None, False)
    if case.offer is not None:
        assert re.search(rf"{re.escape(form)}[^>]*>{case.offer}<", text)
    assert response.headers["X-Robots-Tag"] == "noindex"
    watched = None if counter.order.final else f"/api/v1/payment-intents/{INTENT}"
    assert attributes(text).get("poll") == watched


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_form_opens_only_where_paying_is_offered(
    client: FlaskClient, counter: Counter, case: Case
) -> None:
    change(counter, **case.order)

    response = client.get(f"/pay?order={counter.order.id}")

    if case.offer is None:
        there = f"/orders/{counter.order.id}"
        assert (response.status_code, response.headers["Location"]) == (303, there)
    else:
        shown = attributes(page(response))
        assert json.loads(shown["cart"]) == {"order": counter.order.id}
        assert "key" not in shown


def test_an_order_of_another_way_in_is_not_paid_here(client: FlaskClient, counter: Counter) -> None:
    counter.order = an_order()

    response = client.get(f"/pay?order={counter.order.id}")

    assert response.headers["Location"] == f"/orders/{counter.order.id}"


def test_the_page_carries_what_its_script_needs_and_no_secret(client: FlaskClient) -> None:
    text = page(client.get(CHOICE))
    shown = attributes(text)

    assert json.loads(shown["cart"]) == {"items": [{"price": "poster-usd", "quantity": 2}]}
    assert shown["return-url"] == "http://127.0.0.1:8000/pay/complete"
    assert "Pay $50.00" in text
    assert "_secret_" not in text
    assert "sk_test_web" not in text


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


def test_stripes_own_origins_are_open_on_the_form_alone(
    open_shop: Callable[..., FlaskClient],
) -> None:
    client = open_shop(stripe_js_url="https://js.stripe.com/endive/stripe.js")

    form, after = policy(client.get(CHOICE)), policy(client.get(COMPLETE))

    scripts = ["https://js.stripe.com", "https://*.js.stripe.com"]
    assert form["script-src"] == ["'self'", *scripts]
    assert form["frame-src"] == [*scripts, "https://hooks.stripe.com"]
    assert form["connect-src"] == ["'self'", "https://api.stripe.com"]
    assert form["style-src"] == ["'self'"]
    assert form["frame-ancestors"] == ["'none'"]
    assert after["script-src"] == after["connect-src"] == ["'self'"]
    assert "frame-src" not in after


SECRET = f"{INTENT}_secret_canary"
MINE, WITH_SECRET = f"payment_intent={INTENT}", f"payment_intent_client_secret={SECRET}"


@pytest.mark.parametrize(
    "query",
    [
        f"{MINE}&{WITH_SECRET}",
        f"{WITH_SECRET}&{MINE}&redirect_status=failed",
        f"{MINE}&payment_intent_client_secret=",
        f"{MINE}&{WITH_SECRET}&{WITH_SECRET}",
    ],
)
def test_the_secret_goes_before_anybody_is_asked(
    client: FlaskClient, counter: Counter, query: str
) -> None:
    response = client.get(f"/pay/complete?{query}")

    assert (response.status_code, response.headers["Location"]) == (303, COMPLETE)
    assert "canary" not in response.get_data(as_text=True) + str(response.headers)
    assert counter.asked == []


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


@pytest.mark.parametrize("path", [CHOICE, COMPLETE])
def test_the_pages_keep_to_their_verb(client: FlaskClient, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", [CHOICE, COMPLETE])
def test_too_many_looks_are_sent_away(open_shop: Callable[..., FlaskClient], path: str) -> None:
    client = open_shop(poll_rate_limit="2 per hour")
    for _ in range(2):
        page(client.get(path))

    response = client.get(path)

    assert response.headers["Retry-After"] in page(response, 429)


@pytest.mark.parametrize(
    ("failure", "status"), [(PullMode(), 501), (StripeUnavailable(retry_after=3), 503)]
)
def test_a_shop_that_cannot_take_the_money_says_so(
    client: FlaskClient, counter: Counter, failure: Exception, status: int
) -> None:
    counter.failure = failure

    page(client.get(CHOICE), status)
