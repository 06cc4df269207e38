"""The buyer's pages: every state says one thing, and none offers to pay twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.errors import (
    DatabaseUnavailable,
    PullMode,
    StaleOrder,
    StripeRejected,
    StripeUnavailable,
)
from checkout_service.domain.status import OrderStatus
from tests.web.asserts import page
from tests.web.fakes import FakeShop, an_order

S = OrderStatus


def token_of(text: str) -> str:
    match = re.search(r'name="token" value="([^"]+)"', text)
    assert match is not None
    return match[1]


def state_of(text: str) -> str:
    (state,) = re.findall(r'<main[^>]* data-state="(\w+)"', text)
    return str(state)


def form(client: FlaskClient, **changes: str) -> dict[str, str]:
    token = token_of(client.get("/").get_data(as_text=True))
    return {"price": "poster-usd", "quantity": "1", "token": token} | changes


def test_the_storefront_shows_every_product_and_its_price(client: FlaskClient) -> None:
    text = page(client.get("/"))

    for words in ("Poster", "$25.00", "Furoshiki", "¥1,800", "€9.00 per month", "€90.00 per year"):
        assert words in text
    assert "Test mode" in text


def test_buying_redirects_to_stripes_page(client: FlaskClient, shop: FakeShop) -> None:
    response = client.post("/checkout", data=form(client))

    (session,) = shop.sessions.values()
    assert response.status_code == 303
    assert response.headers["Location"] == session.url


def test_pressing_twice_is_one_order(client: FlaskClient, shop: FakeShop) -> None:
    data = form(client)

    first, second = (client.post("/checkout", data=data) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert len(shop.sessions) == 1


@pytest.mark.parametrize("change", [{"quantity": "2"}, {"price": "cloth-jpy"}])
def test_the_same_page_with_another_choice_is_another_order(
    client: FlaskClient, shop: FakeShop, change: dict[str, str]
) -> None:
    data = form(client)

    client.post("/checkout", data=data)
    client.post("/checkout", data=data | change)

    assert len(shop.sessions) == 2


def test_every_form_of_a_page_has_its_own_token(client: FlaskClient) -> None:
    text = client.get("/").get_data(as_text=True)

    tokens = re.findall(r'name="token" value="([^"]+)"', text)

    assert len(tokens) == len(set(tokens)) == 3


@pytest.mark.parametrize(
    "token", ["", "forged", "ord_x.sig", "é", "x" * 5000, "non_a.AAAA", "\x00", "../.."]
)
def test_a_forged_token_is_no_token(client: FlaskClient, shop: FakeShop, token: str) -> None:
    for _ in range(2):
        assert client.post("/checkout", data=form(client, token=token)).status_code == 303

    assert len(shop.sessions) == 2


def test_without_a_token_every_press_is_a_new_order(client: FlaskClient, shop: FakeShop) -> None:
    for _ in range(2):
        client.post("/checkout", data={"price": "poster-usd", "quantity": "1"})

    assert len(shop.sessions) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"price": "nope"},
        {"price": ""},
        {"price": "'; DROP TABLE orders; --"},
        {"quantity": "0"},
        {"quantity": "21"},
        {"quantity": "-1"},
        {"quantity": "1.5"},
        {"quantity": "1e3"},
        {"quantity": ""},
        {"quantity": " 1"},
        {"quantity": "\u0661"},
        {"quantity": "9" * 400},
    ],
    ids=str,
)
def test_a_choice_that_is_none_is_told_on_a_page(
    client: FlaskClient, shop: FakeShop, change: dict[str, str]
) -> None:
    page(client.post("/checkout", data=form(client, **change)), 422)

    assert not shop.sessions


def test_a_json_body_is_no_form(client: FlaskClient, shop: FakeShop) -> None:
    page(client.post("/checkout", json={"price": "poster-usd", "quantity": 1}), 422)

    assert not shop.sessions


STATES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "unpaid", "Not paid yet"),
    ({"status": S.PROCESSING}, "processing", "on its way"),
    ({"status": S.PAID, "fulfilled": True, "amount_paid": 5000}, "paid", "Paid. Thank you!"),
    ({"status": S.FAILED}, "failed", "The payment failed"),
    ({"status": S.EXPIRED}, "expired", "has expired"),
    ({"status": S.CANCELED}, "expired", "was canceled"),
    ({"status": S.PAID, "holds": ("amount_mismatch",)}, "checking", "checking your payment"),
    ({"holds": ("unknown_status",)}, "checking", "checking your payment"),
    (
        {"status": S.REFUNDED, "fulfilled": True, "amount_paid": 5000, "amount_refunded": 5000},
        "paid",
        "Refunded",
    ),
    (
        {"status": S.PARTIALLY_REFUNDED, "fulfilled": True, "amount_refunded": 100},
        "paid",
        "part of it was refunded",
    ),
    ({"status": S.DISPUTED, "fulfilled": True}, "paid", "Your bank has asked"),
    ({"status": S.CHARGED_BACK, "fulfilled": True}, "paid", "Returned by your bank"),
    (
        {"status": S.PAID, "fulfilled": True, "holds": ("duplicate_payment",)},
        "paid",
        "further payment for this order is being checked",
    ),
    (
        {"status": S.REFUNDED, "holds": ("refunded_before_fulfilment",)},
        "checking",
        "checking your payment",
    ),
]


@pytest.mark.parametrize(("order", "state", "words"), STATES)
def test_each_state_says_exactly_one_thing(
    client: FlaskClient, shop: FakeShop, order: dict[str, Any], state: str, words: str
) -> None:
    session = shop.add(an_order(**order))

    for path in (f"/checkout/success?session_id={session.id}", f"/orders/{session.order.id}"):
        text = page(client.get(path))
        assert state_of(text) == state
        assert words in text
        assert "noindex" in text
        assert "buyer@example.com" not in text
        assert "$50.00" in text


def test_every_status_has_a_state(client: FlaskClient, shop: FakeShop) -> None:
    for status in OrderStatus:
        session = shop.add(an_order(status=status, fulfilled=True))
        assert state_of(client.get(f"/orders/{session.order.id}").get_data(as_text=True))


def offers_to_pay(text: str) -> bool:
    return 'action="/checkout"' in text or "checkout.stripe.com" in text


@pytest.mark.parametrize(("order", "state", "_words"), STATES)
def test_paying_anew_is_offered_only_when_no_money_can_be_on_its_way(
    client: FlaskClient, shop: FakeShop, order: dict[str, Any], state: str, _words: str
) -> None:
    session = shop.add(an_order(**order))

    text = client.get(f"/checkout/success?session_id={session.id}").get_data(as_text=True)

    over = session.order.status in (S.FAILED, S.EXPIRED)
    assert offers_to_pay(text) is over


@pytest.mark.parametrize(
    ("order", "waits"), [(order, not an_order(**order).final) for order, _, _ in STATES]
)
def test_only_a_page_that_waits_asks_again(
    client: FlaskClient, shop: FakeShop, order: dict[str, Any], *, waits: bool
) -> None:
    session = shop.add(an_order(**order))

    text = client.get(f"/orders/{session.order.id}").get_data(as_text=True)

    assert ("poll.js" in text) is waits
    assert ('http-equiv="refresh"' in text) is waits
    assert (f'data-poll="/api/v1/checkout-sessions/{session.id}"' in text) is waits


@pytest.mark.parametrize(
    "path",
    [
        "/checkout/success",
        "/checkout/success?session_id=",
        "/checkout/success?session_id=cs_test_unknown",
        "/checkout/success?session_id={CHECKOUT_SESSION_ID}",
        "/checkout/success?session_id=%00%ff",
        "/checkout/success?session_id=" + "a" * 3000,
        "/checkout/cancel",
        "/checkout/cancel?order=",
        "/checkout/cancel?order=ord_unknown",
        "/orders/ord_unknown",
        "/orders/..%2f..",
    ],
)
def test_an_unknown_id_is_one_friendly_page(client: FlaskClient, path: str) -> None:
    text = page(client.get(path), 404)

    assert "We cannot find that" in text
    assert "your order is safe" in text


def test_leaving_without_paying_offers_to_resume_or_start_over(
    client: FlaskClient, shop: FakeShop
) -> None:
    session = shop.add(an_order())

    text = page(client.get(f"/checkout/cancel?order={session.order.id}"))

    assert "you were not charged" in text
    assert f'href="{session.url}"' in text
    assert f'name="order" value="{session.order.id}"' in text


@pytest.mark.parametrize("status", [S.FAILED, S.EXPIRED])
def test_what_is_over_can_only_be_started_over(
    client: FlaskClient, shop: FakeShop, status: OrderStatus
) -> None:
    session = shop.add(an_order(status=status))

    text = page(client.get(f"/checkout/cancel?order={session.order.id}"))

    assert "Resume" not in text
    assert "Start over" in text


@pytest.mark.parametrize("status", [S.PAID, S.PROCESSING, S.REFUNDED])
def test_the_cancel_page_of_an_order_with_money_shows_the_order(
    client: FlaskClient, shop: FakeShop, status: OrderStatus
) -> None:
    session = shop.add(an_order(status=status))

    response = client.get(f"/checkout/cancel?order={session.order.id}")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/orders/{session.order.id}"


def test_starting_over_goes_to_the_open_session(client: FlaskClient, shop: FakeShop) -> None:
    session = shop.add(an_order())

    response = client.post("/checkout", data={"order": session.order.id})

    assert (response.status_code, response.headers["Location"]) == (303, session.url)


@pytest.mark.parametrize("status", [S.PAID, S.PROCESSING, S.CANCELED])
def test_what_cannot_be_started_over_shows_the_order(
    client: FlaskClient, shop: FakeShop, status: OrderStatus
) -> None:
    order = shop.add(an_order(status=status)).order

    response = client.post("/checkout", data={"order": order.id})

    assert (response.status_code, response.headers["Location"]) == (303, f"/orders/{order.id}")


@pytest.mark.parametrize("order", ["", "ord_unknown", "https://evil.example", "//evil.example"])
def test_starting_over_an_unknown_order_is_a_404(client: FlaskClient, order: str) -> None:
    page(client.post("/checkout", data={"order": order}), 404)


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (StripeUnavailable(retry_after=3), 503),
        (StripeRejected("canary"), 502),
        (DatabaseUnavailable(), 503),
        (StaleOrder("ord_x"), 503),
    ],
    ids=lambda v: type(v).__name__,
)
def test_when_the_payment_page_does_not_open_the_same_form_is_offered_again(
    client: FlaskClient, shop: FakeShop, failure: Exception, status: int
) -> None:
    data = form(client, quantity="3")
    shop.failure = failure

    response = client.post("/checkout", data=data)
    text = page(response, status)
    shop.failure = None
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    repeated = client.post("/checkout", data=again)

    assert "canary" not in text
    assert ("Retry-After" in response.headers) is (status == 503)
    assert again == data
    assert repeated.status_code == 303
    assert len({nonce for _, nonce, _ in shop.asked}) == 1


def test_a_first_press_without_token_can_be_repeated_as_the_same_order(
    client: FlaskClient, shop: FakeShop
) -> None:
    shop.failure = StripeUnavailable()
    text = client.post("/checkout", data={"price": "poster-usd"}).get_data(as_text=True)
    shop.failure = None

    client.post("/checkout", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', text)))

    assert len({nonce for _, nonce, _ in shop.asked}) == 1


def test_a_shop_in_pull_mode_says_so(client: FlaskClient, shop: FakeShop) -> None:
    data = form(client)
    shop.failure = PullMode()

    page(client.post("/checkout", data=data), 501)


def test_a_shop_has_its_name_and_a_way_to_be_asked(make_app: Callable[..., Flask]) -> None:
    client = make_app(shop_name="Paper & <Clay>", support_email="help@shop.example").test_client()

    text = page(client.get("/"))

    assert "Paper &amp; &lt;Clay&gt;" in text
    assert 'href="mailto:help@shop.example"' in text
