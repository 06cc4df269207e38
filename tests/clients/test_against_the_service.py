"""Both clients against a running service: the JavaScript one by its own tests."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout_service_client import CheckoutProblem, Client, FileCursor
from checkout_service_client.shapes import PricedLine
from tests.support.processes import ROOT, clean_environment
from tests.support.running_shop import Shop
from tests.support.service import API_KEY

JAVASCRIPT = ROOT / "clients" / "javascript"
TABLE: list[PricedLine] = [{"name": "Table", "unit_amount": 5000, "currency": "usd"}]


def test_the_javascript_client_keeps_its_promises(shop: Shop, node: str) -> None:
    tests = sorted(str(path) for path in JAVASCRIPT.glob("test/*.test.ts"))

    told = subprocess.run(
        [node, "--conditions=@checkout-service/source", "--test", *tests],
        check=False,
        cwd=JAVASCRIPT,
        env=clean_environment({"CHECKOUT_URL": shop.service.url, "SANDBOX_URL": shop.sandbox.url}),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert tests
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.fixture
def client(shop: Shop) -> Iterator[Client]:
    with Client(f"{shop.service.url}/", API_KEY) as made:
        yield made


def paid(shop: Shop, client: Client) -> str:
    session = client.create_order(items=[*TABLE])
    shop.pays(session["id"])
    shop.flush()
    return session["order"]["id"]


def test_a_backend_sells_finds_and_gives_money_back_once(shop: Shop, client: Client) -> None:
    reference = secrets.token_hex(8)
    first, again = (
        client.create_order(items=[*TABLE], client_reference_id=reference, key=reference)
        for _ in range(2)
    )
    shop.pays(first["id"])
    shop.flush()

    (found,) = client.orders(client_reference_id=reference, status="paid")
    refunds = [client.refund(found["id"], amount=1000, key=f"r-{reference}") for _ in range(2)]
    whole = client.order(found["id"])

    assert first["id"] == again["id"]
    assert found["amount_paid"] == 5000
    assert refunds[0] == refunds[1]
    assert [(one["id"], one["amount"]) for one in whole["refunds"]] == [(refunds[0]["id"], 1000)]
    with pytest.raises(CheckoutProblem, match="order_paid") as refused:
        client.cancel(found["id"])
    assert (refused.value.status, refused.value.code) == (409, "order_paid")


def test_a_list_goes_on_over_its_pages(shop: Shop, client: Client) -> None:
    mine = secrets.token_hex(8)
    made = [client.create_order(items=[*TABLE], client_reference_id=mine) for _ in range(3)]

    listed = [one["id"] for one in client.orders(client_reference_id=mine, page_size=1)]

    assert listed == [one["order"]["id"] for one in made[::-1]]


def test_a_backend_captures_a_part_voids_and_cancels(shop: Shop, client: Client) -> None:
    held = [client.create_order(items=[*TABLE], capture="manual") for _ in range(2)]
    for session in held:
        shop.pays(session["id"])
    unpaid = client.create_intent(items=[*TABLE])
    shop.flush()

    captured = client.capture(held[0]["order"]["id"], amount=3000)
    voided = client.void(held[1]["order"]["id"])
    canceled = client.cancel(unpaid["order"]["id"])

    assert (captured["status"], captured["amount_paid"]) == ("paid", 3000)
    assert (voided["status"], canceled["status"]) == ("canceled", "canceled")
    assert unpaid["client_secret"]


def test_a_customer_is_shown_to_the_portal(shop: Shop, client: Client) -> None:
    session = client.create_order(items=[*TABLE], session={"customer_creation": "always"})
    shop.pays(session["id"])
    shop.flush()

    portal = client.portal_session(session["order"]["id"], f"{shop.service.url}/")

    assert portal.startswith(shop.sandbox.url)
    assert client.products()["data"]


def test_a_message_is_sent_once_more_by_its_own_id(shop: Shop, client: Client) -> None:
    paid(shop, client)
    message = client.notifications(limit=1)["data"][0]

    assert client.redeliver(message["id"])["id"] == message["id"]
    assert client.notifications(after=client.notifications()["next_cursor"])["data"] == []


def test_what_is_to_be_fulfilled_is_told_until_it_is_handled(
    shop: Shop, client: Client, tmp_path: Path
) -> None:
    store = FileCursor(tmp_path / "cursor.json")
    orders = [paid(shop, client) for _ in range(3)]
    client.refund(orders[0])
    handled: list[str] = []

    def fulfil(*, crash_at: str = "") -> None:
        for one in client.fulfilments(store):
            handled.append(one.order["id"])
            if one.order["id"] == crash_at:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fulfil(crash_at=orders[1])
    for _ in range(2):
        fulfil()

    told = [order for order in handled if order in orders]
    assert told == [orders[0], orders[1], orders[1], orders[2]]
    assert store.load().handled == ()
    assert {path.name for path in tmp_path.iterdir()} == {"cursor.json"}


def test_a_reader_who_stays_hears_of_the_next_order(
    shop: Shop, client: Client, tmp_path: Path
) -> None:
    stores = [FileCursor(tmp_path / "cursor.json") for _ in range(2)]
    for _ in client.fulfilments(stores[0]):
        pass  # what other tests have sold
    staying = client.fulfilments(stores[0], every=0.1)
    order = paid(shop, client)

    assert order in (one.order["id"] for one in staying)
    assert order in (one.order["id"] for one in client.fulfilments(stores[1])), "not handled yet"
