"""Pull mode: a read-only key and no webhook secret still give confirmed orders, by reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.databases import Databases
from tests.support.link_shop import LINKS, PULL, Buyer, LinkShop, running_link_shop
from tests.support.running_stack import KEY, http, side_by_side, until

ITEMS = {"items": [{"price": "print-usd", "quantity": 1}]}


@pytest.fixture(scope="module")
def shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LinkShop]:
    folder = tmp_path_factory.mktemp("pull")
    with (
        contextmanager(databases.at_head)(database_kind) as database_url,
        running_link_shop(folder, database_url, **PULL) as running,
    ):
        yield running


def test_the_way_back_confirms_the_order_without_a_write(shop: LinkShop) -> None:
    buyer = Buyer(shop)
    reference = buyer.leaves("print")
    session = shop.pays_by_link("print", reference)["id"]

    assert 'data-state="paid"' in buyer.returns(session)

    answer = shop.polls(reference, session).json()
    assert (answer["final"], answer["order"]["fulfilled"]) == (True, True)
    shop.told_once(answer["order"]["id"])
    assert {row["key_kind"] for row in shop.calls()} == {"rk"}
    assert {row["method"] for row in shop.calls()} == {"GET"}


def test_two_tabs_that_are_back_at_once_are_both_told(shop: LinkShop) -> None:
    tabs = [Buyer(shop), Buyer(shop)]
    reference = tabs[0].leaves("print")
    tabs[1].http.cookies.update(tabs[0].http.cookies)
    session = shop.pays_by_link("print", reference)["id"]
    shop.faults(latency_ms=150)  # a page waits two seconds for another's look, busy machine or not

    pages = side_by_side(lambda tab: tab.returns(session), tabs)

    shop.no_faults()
    assert ['data-state="paid"' in page for page in pages] == [True, True]
    assert len(shop.calls(session)) <= 2  # the sweep's may be one


def test_whoever_never_returns_is_settled_by_the_sweep(shop: LinkShop) -> None:
    made = shop.starts("pair")
    session = shop.pays_by_link("pair", made["client_reference_id"])["id"]

    assert shop.comes_to_be(session)["id"] == made["order"]["id"]
    shop.told_once(made["order"]["id"])
    order = shop.by_id(made["order"]["id"])
    assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/api/v1/checkout-sessions", ITEMS, {}),
        ("/api/v1/payment-intents", ITEMS, {}),
        (
            "/api/v1/orders",
            {"items": [{"name": "Print", "unit_amount": 900, "currency": "usd", "quantity": 1}]},
            KEY,
        ),
    ],
)
def test_what_needs_a_full_key_says_so(
    shop: LinkShop, path: str, body: Any, headers: dict[str, str]
) -> None:
    answer = shop.request("POST", path, json=body, headers=headers)

    assert answer.status_code == 501
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "pull_mode"
    assert "read-only key" in problem["detail"]


def test_refunds_need_a_full_key_and_cancelling_does_not(shop: LinkShop) -> None:
    paid, left = shop.starts("print"), shop.starts("print")
    session = shop.pays_by_link("print", paid["client_reference_id"])["id"]
    shop.comes_to_be(session)
    shop.told_once(paid["order"]["id"])

    refund = shop.request("POST", f"/api/v1/orders/{paid['order']['id']}/refunds", headers=KEY)
    cancel = shop.request("POST", f"/api/v1/orders/{left['order']['id']}/cancel", headers=KEY)

    assert (refund.status_code, refund.json()["code"]) == (501, "pull_mode")
    assert (cancel.status_code, cancel.json()["status"]) == (200, "canceled")


def test_a_session_that_is_still_open_is_watched_and_never_closed(shop: LinkShop) -> None:
    made = shop.starts("print")
    opened = http().get(made["url"], allow_redirects=False, timeout=60).headers["Location"]
    session = opened.rpartition("/")[2]

    def is_watched() -> bool:
        seen = shop.polls(made["client_reference_id"], session).json()
        assert (seen["final"], seen["order"]["status"]) == (False, "pending")
        return shop.of_session(session) is not None

    until(is_watched, what="a turn for a look")

    closing = shop.request("POST", f"/api/v1/checkout-sessions/{session}/expire")

    assert (closing.status_code, closing.json()["code"]) == (501, "pull_mode")
    assert shop.pays(session) == 200
    until(
        lambda: shop.standing(made["client_reference_id"], session)["fulfilled"],
        what="the payment seen",
    )
    assert {row["method"] for row in shop.calls()} == {"GET"}


def test_there_is_no_webhook_door_and_only_links_are_for_sale(shop: LinkShop) -> None:
    door = shop.request("POST", "/webhooks/stripe", data=b"{}")
    config = shop.request("GET", "/api/v1/config").json()
    page = shop.request("GET", "/").text

    assert door.status_code == 404
    assert config["flows"] == ["payment_link"]
    assert all(f'href="/links/{link}"' in page for link in LINKS)
    assert 'name="price"' not in page
    assert shop.request("POST", "/checkout", data={"price": "print-usd"}).status_code == 501


def test_a_reference_on_another_link_is_held_here_too(shop: LinkShop) -> None:
    tower = shop.starts("tower")
    session = shop.pays_by_link("print", tower["client_reference_id"])["id"]

    assert shop.standing(tower["client_reference_id"], session)["status"] == "pending"

    held = shop.comes_to_be(session)
    assert (held["holds"], held["fulfilled"]) == (["wrong_link"], False)


def test_money_for_a_cancelled_order_is_held(shop: LinkShop) -> None:
    made = shop.starts("print")
    shop.request("POST", f"/api/v1/orders/{made['order']['id']}/cancel", headers=KEY)

    shop.pays_by_link("print", made["client_reference_id"])

    until(lambda: bool(shop.told(made["order"]["id"], "order.held")), what="a hold")
    order = shop.by_id(made["order"]["id"])
    assert (order["holds"], order["fulfilled"]) == (["paid_after_cancel"], False)


def test_another_amount_than_the_catalogs_is_held(shop: LinkShop) -> None:
    made = shop.starts("print")
    shop.faults(alter=[{"path": "/v1/checkout/sessions", "fields": {"amount_total": 100}}])

    session = shop.pays_by_link("print", made["client_reference_id"])["id"]
    until(lambda: bool(shop.standing(made["client_reference_id"], session)["holds"]), what="a look")

    shop.no_faults()
    seen = shop.standing(made["client_reference_id"], session)
    assert (seen["holds"], seen["fulfilled"]) == (["amount_mismatch"], False)
