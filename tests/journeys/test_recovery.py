"""An expired session and the way back to it: the same order, never a second fulfilment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.admin import field
from tests.support.databases import Databases
from tests.support.running_shop import POSTER, Shop
from tests.support.running_stack import KEY, http, until
from tests.support.service import ADMIN_PASSWORD
from tests.support.shops import open_shop

CATALOG = """
[checkout]
recovery = true
promotion_codes = true
[[products]]
id = "poster"
name = "Poster"
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
"""


@pytest.fixture(scope="module")
def running_shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with open_shop(databases, database_kind, folder, CATALOG) as shop:
        yield shop


def order_of(shop: Shop, order: str) -> Any:
    return shop.request("GET", f"/api/v1/orders/{order}", headers=KEY).json()


def expire(shop: Shop, session: str) -> str:
    """Let a session expire at Stripe; return the way back."""
    shop.sandbox.call("POST", f"checkout/sessions/{session}/expire")
    shop.flush()
    way = shop.stripe(f"/v1/checkout/sessions/{session}")["after_expiration"]["recovery"]["url"]
    assert isinstance(way, str)
    return way


def come_back(url: str) -> str:
    """Follow a recovery link; return the new session's id."""
    answer = http().get(url, timeout=60, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"].rsplit("/", 1)[1]


def test_the_way_back_is_kept_shown_and_pays_the_same_order(shop: Shop) -> None:
    opened = shop.open()
    order = opened["order"]["id"]
    way = expire(shop, opened["id"])
    assert shop.success_page(opened["id"]) == "expired"
    (attempt,) = order_of(shop, order)["attempts"]
    assert attempt["recovery_url"] == way

    again = come_back(way)
    assert shop.pays(again) == 200
    shop.flush()

    assert shop.success_page(again) == "paid"
    shop.fulfils_once(again)
    detail = order_of(shop, order)
    assert [(one["checkout_session"], one["won"]) for one in detail["attempts"]] == [
        (opened["id"], False),
        (again, True),
    ]
    assert len(shop.told(order, "order.paid")) == 1


def test_the_admin_shows_the_way_back(shop: Shop) -> None:
    opened = shop.open()
    way = expire(shop, opened["id"])
    url = shop.service.url
    page = http().get(f"{url}/admin/login", timeout=60).text
    form = {"csrf_token": field(page), "password": ADMIN_PASSWORD}
    assert http().post(f"{url}/admin/login", data=form, timeout=60).status_code == 200

    page = http().get(f"{url}/admin/orders/{opened['order']['id']}", timeout=60).text

    assert f'href="{way}"' in page
    assert way in shop.service.flask("orders", "show", opened["order"]["id"])


def test_a_way_back_from_a_session_nobody_told_us_of_pays_the_same_order(shop: Shop) -> None:
    opened = shop.open()
    first = come_back(expire(shop, opened["id"]))
    shop.faults(webhooks={"drop": 1.0})
    shop.service.workers.pop().stop()  # nobody sweeps
    second = come_back(expire(shop, first))
    shop.no_faults()

    shop.pays(second)
    shop.flush()

    assert shop.detail(second)["holds"] == []
    shop.service.start_worker()
    shop.fulfils_once(second)


def test_the_sweep_finds_a_recovered_payment_that_no_webhook_told(shop: Shop) -> None:
    opened = shop.open()
    again = come_back(expire(shop, opened["id"]))
    shop.faults(webhooks={"drop": 1.0})

    shop.pays(again)

    order = opened["order"]["id"]
    until(lambda: bool(order_of(shop, order)["status"] == "paid"), what="the order paid")
    shop.fulfils_once(again)


def test_who_pays_both_ways_is_fulfilled_once_and_held(shop: Shop) -> None:
    opened = shop.open()
    order = opened["order"]["id"]
    way = expire(shop, opened["id"])
    other = shop.open({"order": order})
    shop.pays(other["id"])
    until(lambda: bool(shop.told(order, "order.paid")), what="order.paid")

    again = come_back(way)
    shop.pays(again)
    shop.flush()

    until(lambda: bool(shop.told(order, "order.held")), what="order.held")
    detail = order_of(shop, order)
    assert (detail["fulfilled"], detail["holds"]) == (True, ["duplicate_payment"])
    assert detail["amount_paid"] == 5000
    assert len(shop.told(order, "order.paid")) == 1


def test_a_code_can_be_entered_after_coming_back(shop: Shop) -> None:
    opened = shop.open(POSTER)
    again = come_back(expire(shop, opened["id"]))
    url = shop.stripe(f"/v1/checkout/sessions/{again}")["url"]

    shop.enters_code(url, "FREE")
    shop.flush()

    assert shop.detail(again)["amount_discount"] == 5000
    shop.fulfils_once(again)


def test_money_for_a_canceled_order_is_held(shop: Shop) -> None:
    opened = shop.open()
    order = opened["order"]["id"]
    assert shop.request("POST", f"/api/v1/orders/{order}/cancel", headers=KEY).status_code == 200
    shop.flush()
    (attempt,) = order_of(shop, order)["attempts"]

    again = come_back(attempt["recovery_url"])
    shop.pays(again)
    shop.flush()

    assert order_of(shop, order)["holds"] == ["paid_after_cancel"]
    shop.never_fulfilled(again)
