"""The merchant's own backend over the API: it reads, prices, refunds and cancels real orders."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.support.running_shop import DECLINED, IBAN_GOOD, MUG, POSTER, Shop
from tests.support.running_stack import KEY, until

ORDERS = "/api/v1/orders"
FRAME: dict[str, Any] = {
    "items": [{"name": "Frame", "unit_amount": 4200, "currency": "usd", "quantity": 2}],
    "client_reference_id": "A-17",
    "metadata": {"till": "3"},
}


def ask(shop: Shop, method: str, path: str = "", *, key: str | None = None, **more: Any) -> Any:
    headers = KEY | ({"Idempotency-Key": key} if key else {})
    return shop.request(method, ORDERS + path, headers=headers, **more)


def paid(shop: Shop, body: Any = POSTER) -> Any:
    """Buy something and give the order in depth."""
    opened = shop.open(body)
    shop.pays(opened["id"])
    shop.flush()
    until(lambda: shop.detail(opened["id"])["fulfilled"], what="fulfilled")
    return ask(shop, "GET", f"/{opened['order']['id']}").json()


def test_one_order_is_shown_with_everything_that_hangs_on_it(shop: Shop) -> None:
    order = paid(shop)

    assert (order["status"], order["fulfilled"], order["amount_paid"]) == ("paid", True, 5000)
    (attempt,) = order["attempts"]
    assert attempt["won"] is True
    assert attempt["checkout_session"] == order["checkout_session"]
    assert attempt["payment_intent"] == order["payment_intent"]
    assert (order["refunds"], order["disputes"]) == ([], [])
    assert order["trail"][-1]["after"] == "paid"
    assert order["customer_email"]


def test_orders_are_listed_newest_first_page_by_page(shop: Shop) -> None:
    made = [shop.open()["order"]["id"] for _ in range(3)]

    first = ask(shop, "GET", "?limit=2").json()
    second = ask(shop, "GET", f"?limit=2&cursor={first['next_cursor']}").json()

    listed = [order["id"] for order in first["data"] + second["data"]]
    assert listed[:3] == made[::-1]
    assert len(set(listed)) == len(listed)


def test_a_list_is_narrowed_by_status_and_time(shop: Shop) -> None:
    order = paid(shop)
    after = order["created_at"]

    pending = ask(shop, "GET", "?status=pending&limit=100").json()["data"]
    later = ask(shop, "GET", "", params={"created_after": after, "limit": "100"}).json()["data"]
    ever = ask(shop, "GET", "", params={"created_after": "2020-01-01T00:00:00+02:00"}).json()

    assert order["id"] not in {one["id"] for one in pending}
    assert {one["status"] for one in pending} <= {"pending"}
    assert order["id"] not in {one["id"] for one in later}
    assert order["id"] in {one["id"] for one in ever["data"]}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=x", "limit=1.5", "status=gone", "status=", "cursor=!!",
        "cursor=AAAA", "created_after=yesterday", "created_after=1790000000", "order=asc",
        "created_after=2026-13-01T00:00:00Z", "created_after=2026-01-01", "cursor=%00",
    ],
)  # fmt: skip
def test_a_list_asked_wrongly_says_what_is_wrong(shop: Shop, query: str) -> None:
    answer = ask(shop, "GET", f"?{query}")

    assert answer.status_code == 422, answer.text
    assert [fault["loc"] for fault in answer.json()["errors"]] == [query.split("=", maxsplit=1)[0]]


def test_without_a_key_every_route_is_shut(shop: Shop) -> None:
    order = shop.open()["order"]["id"]
    routes = [
        ("GET", ""), ("GET", f"/{order}"), ("POST", ""), ("POST", f"/{order}/refunds"),
        ("POST", f"/{order}/cancel"),
    ]  # fmt: skip
    for authorization in ("", "Bearer wrong", "Basic tests-api-key"):
        for method, path in routes:
            answer = shop.request(method, ORDERS + path, headers={"Authorization": authorization})
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
            assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert shop.stripe("/v1/checkout/sessions?limit=1")["data"]


@pytest.mark.parametrize("name", ["ord_unknown", "ord_" + "A" * 24, "x", "%00", "ord_%F0%9F", "-"])
def test_unknown_orders_are_not_found_and_stripe_is_not_asked(shop: Shop, name: str) -> None:
    before = len(shop.sandbox.call("GET", "requests")["data"])
    for method, path in (("GET", ""), ("POST", "/refunds"), ("POST", "/cancel")):
        answer = ask(shop, method, f"/{name}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    asked = shop.sandbox.call("GET", "requests")["data"][before:]
    assert [one for one in asked if name in one["path"].split("/")] == []


def test_a_cart_priced_by_the_backend_is_sold_at_its_price(shop: Shop) -> None:
    answer = ask(shop, "POST", json=FRAME)

    opened = answer.json()
    assert answer.status_code == 201, answer.text
    order = opened["order"]
    assert (order["amount_total"], order["client_reference_id"]) == (8400, "A-17")
    assert order["metadata"] == {"till": "3"}
    assert order["items"][0] | {"price": None} == order["items"][0]
    assert shop.stripe(f"/v1/checkout/sessions/{opened['id']}")["amount_total"] == 8400
    shop.pays(opened["id"])
    shop.flush()
    shop.fulfils_once(opened["id"])


def test_a_cart_priced_by_the_backend_can_be_paid_by_intent(shop: Shop) -> None:
    key = secrets.token_hex(8)

    answer = ask(shop, "POST", json=FRAME | {"flow": "payment_intent"}, key=key)
    again = ask(shop, "POST", json=FRAME | {"flow": "payment_intent"}, key=key)

    intent = answer.json()
    assert answer.status_code == 201, answer.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == intent
    assert intent["client_secret"].startswith(f"{intent['id']}_secret_")
    assert shop.stripe(f"/v1/payment_intents/{intent['id']}")["amount"] == 8400


def test_a_stranger_cannot_change_what_the_backend_priced(shop: Shop) -> None:
    intent = ask(shop, "POST", json=FRAME | {"flow": "payment_intent"}).json()
    body = {"order": intent["order"]["id"], **POSTER}

    answer = shop.request("POST", "/api/v1/payment-intents", json=body)

    assert answer.status_code == 422
    assert shop.stripe(f"/v1/payment_intents/{intent['id']}")["amount"] == 8400


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({"items": []}, "items"),
        ({"items": [{"unit_amount": 100, "currency": "usd", "quantity": 1}]}, "items.0.name"),
        ({"items": [FRAME["items"][0] | {"unit_amount": -1}]}, "items.0.unit_amount"),
        ({"items": [FRAME["items"][0] | {"unit_amount": 1.5}]}, "items.0.unit_amount"),
        ({"items": [FRAME["items"][0] | {"unit_amount": 10**9}]}, "items.0.unit_amount"),
        ({"items": [FRAME["items"][0] | {"unit_amount": 1}]}, "items"),
        ({"items": [FRAME["items"][0] | {"currency": "USD"}]}, "items.0.currency"),
        ({"items": [FRAME["items"][0] | {"quantity": 0}]}, "items.0.quantity"),
        ({"items": [FRAME["items"][0], FRAME["items"][0] | {"currency": "eur"}]}, "items"),
        ({"items": FRAME["items"] * 101}, "items"),
        ({"flow": "payment_link"}, "flow"),
        ({"flow": "payment_intent", "success_url": "http://127.0.0.1/x"}, "success_url"),
        ({"metadata": {"order_id": "ord_1"}}, "metadata"),
        ({"discount": 1}, "discount"),
    ],
)
def test_a_cart_priced_wrongly_is_refused_by_name(shop: Shop, change: Any, loc: str) -> None:
    answer = ask(shop, "POST", json=FRAME | change)

    assert answer.status_code == 422, answer.text
    assert loc in {fault["loc"] for fault in answer.json()["errors"]}


def test_part_of_the_money_goes_back_and_then_the_rest(shop: Shop) -> None:
    order = paid(shop)
    key = secrets.token_hex(8)

    part = ask(shop, "POST", f"/{order['id']}/refunds", json={"amount": 2000}, key=key)
    same = ask(shop, "POST", f"/{order['id']}/refunds", json={"amount": 2000}, key=key)
    half = ask(shop, "GET", f"/{order['id']}").json()
    rest = ask(shop, "POST", f"/{order['id']}/refunds")
    more = ask(shop, "POST", f"/{order['id']}/refunds", json={"amount": 1})

    assert part.status_code == 201, part.text
    assert part.json() == {
        "id": part.json()["id"],
        "amount": 2000,
        "currency": "usd",
        "status": "succeeded",
        "payment_intent": order["payment_intent"],
        "order": order["id"],
    }
    assert same.json() == part.json()
    assert (half["status"], half["amount_refunded"]) == ("partially_refunded", 2000)
    assert rest.json()["amount"] == 3000
    assert (more.status_code, more.json()["code"]) == (422, "refund_too_large")
    whole = ask(shop, "GET", f"/{order['id']}").json()
    assert (whole["status"], whole["amount_refunded"], len(whole["refunds"])) == (
        "refunded", 5000, 2,
    )  # fmt: skip
    until(lambda: len(shop.told(order["id"], "order.refunded")) == 2, what="both told")
    shop.flush()  # Stripe's own events of the refunds say nothing new
    assert len({got.id for got in shop.told(order["id"], "order.refunded")}) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": 5001}, 422, "refund_too_large"),
        ({"amount": 0}, 422, "invalid_input"),
        ({"amount": "100"}, 422, "invalid_input"),
        ({"amount": True}, 422, "invalid_input"),
        ({"payment_intent": "pi_of_somebody_else_00000000"}, 422, "invalid_input"),
        ({"payment_intent": "x' OR 1=1"}, 422, "invalid_input"),
        ({"reason": "none"}, 422, "invalid_input"),
    ],
)
def test_a_refund_asked_wrongly_moves_no_money(
    shop: Shop, body: Any, status: int, code: str
) -> None:
    order = paid(shop)

    answer = ask(shop, "POST", f"/{order['id']}/refunds", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert ask(shop, "GET", f"/{order['id']}").json()["amount_refunded"] == 0


def test_what_is_not_paid_cannot_be_refunded(shop: Shop) -> None:
    opened = shop.open()
    shop.pays(opened["id"], DECLINED)

    answer = ask(shop, "POST", f"/{opened['order']['id']}/refunds")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_paid")


def test_a_canceled_order_can_be_paid_no_more(shop: Shop) -> None:
    opened = shop.open()
    order = opened["order"]["id"]

    answer = ask(shop, "POST", f"/{order}/cancel")

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "canceled"
    assert shop.stripe(f"/v1/checkout/sessions/{opened['id']}")["status"] == "expired"
    until(lambda: bool(shop.told(order, "order.canceled")), what="order.canceled")
    again = shop.create({"order": order})
    assert (again.status_code, again.json()["code"]) == (409, "order_canceled")


def test_money_that_arrived_or_is_on_its_way_stops_a_cancel(shop: Shop) -> None:
    order = paid(shop)
    debit = shop.open(MUG)
    shop.pays(debit["id"], IBAN_GOOD)

    arrived = ask(shop, "POST", f"/{order['id']}/cancel")
    on_its_way = ask(shop, "POST", f"/{debit['order']['id']}/cancel")

    assert (arrived.status_code, arrived.json()["code"]) == (409, "order_paid")
    assert (on_its_way.status_code, on_its_way.json()["code"]) == (409, "money_in_flight")
