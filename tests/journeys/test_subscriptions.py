"""Subscriptions: the first payment fulfils once; what follows is told and changes no order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.databases import Databases
from tests.support.merchant import Got
from tests.support.running_shop import DECLINED, GOOD, IBAN_BAD, IBAN_GOOD, Shop
from tests.support.running_stack import KEY, until
from tests.support.shops import open_shop

MONTH = 31 * 86_400
FAILS = "pm_card_chargeCustomerFail"
ALMANAC = {"items": [{"price": "almanac-monthly", "quantity": 1}]}
RENEWED, LATE, ENDED = "subscription.renewed", "subscription.past_due", "subscription.ended"


CATALOG = """
[[products]]
id = "almanac"
name = "Almanac"
[[products.prices]]
id = "almanac-monthly"
currency = "eur"
unit_amount = 900
recurring = { interval = "month" }
[[products.prices]]
id = "binder"
currency = "eur"
unit_amount = 500
"""


@pytest.fixture(scope="module")
def running_shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with open_shop(databases, database_kind, folder, CATALOG) as shop:
        yield shop


def subscribe(shop: Shop, method: str = GOOD) -> tuple[str, Any]:
    """Open a session and pay; return the order's id and the session at Stripe."""
    opened = shop.open(ALMANAC)
    assert shop.pays(opened["id"], method) == 200
    shop.flush()
    return opened["order"]["id"], shop.stripe(f"/v1/checkout/sessions/{opened['id']}")


def advance(shop: Shop, seconds: int) -> None:
    shop.sandbox.call("POST", "clock", {"advance": seconds})
    shop.flush()


def tell(shop: Shop, order: str, kind: str, count: int = 1) -> list[Got]:
    """Wait for so many different messages of a kind, and check that there are no more."""
    until(
        lambda: len({got.id for got in shop.told(order, kind)}) >= count,
        what=f"{count} {kind}",
    )
    got = shop.told(order, kind)
    assert len(got) == count
    return got


def data_of(got: Got) -> Any:
    body = got.verify()
    assert isinstance(body, dict)
    return body["data"]


def order_of(shop: Shop, order: str) -> Any:
    return shop.request("GET", f"/api/v1/orders/{order}", headers=KEY).json()


def unchanged(order: Any) -> Any:
    """Return what no renewal may change; the charge's own words come with the next look."""
    told = {"trail", "subscriptions", "payment_method", "receipt_url"}
    return {key: value for key, value in order.items() if key not in told}


def test_the_first_payment_fulfils_and_a_renewal_is_told(shop: Shop) -> None:
    order, session = subscribe(shop)
    assert session["mode"] == "subscription"
    thing = shop.stripe(f"/v1/subscriptions/{session['subscription']}")
    assert thing["metadata"]["order_id"] == order
    shop.fulfils_once(session["id"])
    before = order_of(shop, order)

    advance(shop, MONTH)

    (got,) = tell(shop, order, RENEWED)
    told = data_of(got)
    assert told["order"]["id"] == order
    assert (told["order"]["status"], told["order"]["fulfilled"]) == ("paid", True)
    assert (told["subscription"]["id"], told["subscription"]["status"]) == (thing["id"], "active")
    assert told["subscription"]["current_period_end"] > before["created_at"]
    (invoice, _first) = shop.stripe("/v1/invoices", subscription=thing["id"])["data"]
    assert told["invoice"] == {
        "id": invoice["id"], "amount_due": 900, "amount_paid": 900, "currency": "eur",
    }  # fmt: skip
    after = order_of(shop, order)
    assert unchanged(after) == unchanged(before)
    assert after["trail"][-1]["reason"] == f"{RENEWED} {invoice['id']}"
    shop.fulfils_once(session["id"])


def test_a_failing_card_makes_it_past_due_once_and_ends_it(shop: Shop) -> None:
    order, session = subscribe(shop)
    name = session["subscription"]
    shop.stripe_post(f"/v1/subscriptions/{name}", default_payment_method=FAILS)

    advance(shop, MONTH)

    late = data_of(*tell(shop, order, LATE))
    assert late["subscription"]["status"] == "past_due"
    assert (late["invoice"]["amount_due"], late["invoice"]["amount_paid"]) == (900, 0)
    advance(shop, 12 * 86_400)
    ended = data_of(*tell(shop, order, ENDED))
    assert ended["subscription"]["status"] == "canceled"
    assert ended["sequence"] > late["sequence"]
    assert "invoice" not in ended
    assert len(shop.told(order, LATE)) == 1
    assert shop.told(order, RENEWED) == []
    assert order_of(shop, order)["status"] == "paid"


def test_a_better_card_renews_what_was_past_due(shop: Shop) -> None:
    order, session = subscribe(shop)
    name = session["subscription"]
    shop.stripe_post(f"/v1/subscriptions/{name}", default_payment_method=FAILS)
    advance(shop, MONTH)
    late = data_of(*tell(shop, order, LATE))
    shop.stripe_post(f"/v1/subscriptions/{name}", default_payment_method="pm_card_visa")

    advance(shop, 4 * 86_400)

    renewed = data_of(*tell(shop, order, RENEWED))
    assert renewed["invoice"]["id"] == late["invoice"]["id"]
    assert renewed["subscription"]["status"] == "active"
    assert order_of(shop, order)["subscriptions"][0]["status"] == "active"


def test_a_canceled_subscription_is_told_and_keeps_its_order(shop: Shop) -> None:
    order, session = subscribe(shop)
    name = session["subscription"]

    shop.stripe_delete(f"/v1/subscriptions/{name}")
    shop.flush()

    assert data_of(*tell(shop, order, ENDED))["subscription"]["id"] == name
    assert shop.success_page(session["id"]) == "paid"
    shop.fulfils_once(session["id"])


def test_webhooks_doubled_and_shuffled_tell_each_change_once(shop: Shop) -> None:
    order, session = subscribe(shop)
    shop.faults(seed=5, webhooks={"duplicate": 2, "twin": 1, "shuffle": True})

    for _ in range(3):
        advance(shop, MONTH)

    assert len({got.id for got in tell(shop, order, RENEWED, 3)}) == 3
    assert shop.told(order, LATE) == []
    shop.fulfils_once(session["id"])


def test_the_sweep_finds_what_no_webhook_told(shop: Shop) -> None:
    order, session = subscribe(shop)
    shop.faults(webhooks={"drop": 1.0})

    advance(shop, MONTH)
    tell(shop, order, RENEWED)
    shop.stripe_delete(f"/v1/subscriptions/{session['subscription']}")

    tell(shop, order, ENDED)


def test_a_renewal_waits_until_its_order_knows_the_subscription(shop: Shop) -> None:
    shop.faults(webhooks={"drop": 1.0})
    shop.service.workers.pop().stop()  # nobody sweeps
    opened = shop.open(ALMANAC)
    order = opened["order"]["id"]
    shop.pays(opened["id"])
    advance(shop, MONTH)
    (renewal,) = [
        event
        for event in shop.events("invoice.paid")
        if event["data"]["object"]["billing_reason"] == "subscription_cycle"
        and order in json.dumps(event)
    ]

    assert shop.post_event(renewal) == 200

    assert order_of(shop, order)["trail"] == []
    shop.service.start_worker()
    tell(shop, order, RENEWED)
    shop.fulfils_once(opened["id"])
    assert data_of(*shop.told(order, "order.paid"))["sequence"] == 1


def test_a_declined_first_payment_begins_nothing(shop: Shop) -> None:
    opened = shop.open(ALMANAC)

    assert shop.pays(opened["id"], DECLINED) == 402

    assert shop.success_page(opened["id"]) == "unpaid"
    shop.never_fulfilled(opened["id"])


@pytest.mark.parametrize(
    ("iban", "outcome", "state"), [(IBAN_GOOD, "succeeded", "paid"), (IBAN_BAD, "failed", "failed")]
)
def test_a_debit_decides_later(shop: Shop, iban: str, outcome: str, state: str) -> None:
    order, session = subscribe(shop, iban)
    assert shop.success_page(session["id"]) == "processing"
    (intent,) = [
        one
        for one in shop.stripe("/v1/payment_intents", limit=10)["data"]
        if one["customer"] == session["customer"]
    ]

    shop.sandbox.call("POST", f"payment_intents/{intent['id']}/settle", {"outcome": outcome})
    shop.flush()

    assert shop.success_page(session["id"]) == state
    assert shop.told(order, ENDED) == []
    assert shop.told(order, LATE) == []


def test_a_one_off_line_goes_with_a_subscription(shop: Shop) -> None:
    items = [*ALMANAC["items"], {"price": "binder", "quantity": 2}]
    opened = shop.open({"items": items, "mode": "subscription", "locale": "de"})
    shop.pays(opened["id"])
    shop.flush()

    shop.fulfils_once(opened["id"])
    assert shop.detail(opened["id"])["amount_paid"] == 1900


def test_the_first_payment_is_refunded_here_or_at_stripe(shop: Shop) -> None:
    order, _ = subscribe(shop)
    until(
        lambda: order_of(shop, order)["payment_intent"] is not None,
        what="the payment of the first invoice known",
    )
    intent = order_of(shop, order)["payment_intent"]

    shop.stripe_post("/v1/refunds", payment_intent=intent, amount=100)
    shop.flush()
    rest = shop.request("POST", f"/api/v1/orders/{order}/refunds", headers=KEY, json={})

    assert (rest.status_code, rest.json()["amount"]) == (201, 800)
    until(lambda: order_of(shop, order)["status"] == "refunded", what="refunded")
    tell(shop, order, "order.refunded", 2)
    advance(shop, MONTH)
    assert data_of(*tell(shop, order, RENEWED))["order"]["status"] == "refunded"


def test_a_refund_that_came_before_we_knew_the_payment_counts(shop: Shop) -> None:
    order, session = subscribe(shop)
    (intent,) = [
        one["id"]
        for one in shop.stripe("/v1/payment_intents", limit=10)["data"]
        if one["customer"] == session["customer"]
    ]

    shop.stripe_post("/v1/refunds", payment_intent=intent, amount=100)
    shop.flush()

    until(
        lambda: order_of(shop, order)["status"] == "partially_refunded",
        what="the refund counted",
    )
