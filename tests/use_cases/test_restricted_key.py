"""A whole shop on a restricted key that may do what the docs say, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.order.cart import CartItem
from tests.support.processes import ROOT
from tests.support.stage import Refused, Stage

KEY = "rk_test_shop"
CATALOG = """
[checkout.session]
invoice_creation = { enabled = true }
[[checkout.shipping_options]]
name = "Post"
currency = "usd"
amount = 700
[[products]]
id = "club"
name = "Club"
[[products.prices]]
id = "monthly"
currency = "usd"
unit_amount = 900
recurring = { interval = "month" }
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
[[products.prices]]
id = "linked-usd"
stripe_price = "{stripe_price}"
"""
NAMES = {
    "Checkout Sessions": "checkout_session", "PaymentIntents": "payment_intent",
    "Charges and Refunds": "charge", "Disputes": "dispute", "Events": "event",
    "Webhook Endpoints": "webhook", "Event Destinations": "event_destination",
    "Payment Links": "payment_link", "Prices": "plan",
    "Products": "product", "Invoices": "invoice", "Shipping Rates": "shipping_rate",
    "Customer portal": "customer_portal", "Customers": "customer",
    "SetupIntents": "setup_intent", "PaymentMethods": "payment_method", "Balance": "balance",
}  # fmt: skip
OF_DOCTOR_LINKS_AND_DESK = {
    "rak_webhook_write", "rak_event_destination_read", "rak_product_read", "rak_payment_link_read",
    "rak_balance_read",
}  # fmt: skip


def documented() -> list[str]:
    """Read the permissions that the docs recommend, as the sandbox names them."""
    page = (ROOT / "docs/operations/going-live.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-Z][A-Za-z ]+) \| (Read|Write) \|", page, re.MULTILINE)
    assert {name for name, _ in rows} == NAMES.keys()
    return [f"rak_{NAMES[name]}_{word.lower()}" for name, word in rows]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(catalog=CATALOG, stripe_secret_key=KEY) as opened:
        opened.control("PUT", "keys", {"key": KEY, "permissions": documented()})
        yield opened


def refused(stage: Stage) -> list[str]:
    log = stage.control("GET", "requests")["data"]
    return [f"{row['method']} {row['path']}" for row in log if row["status"] == 403]


def lives(stage: Stage) -> None:
    """Do all that a shop does at Stripe."""
    whose: dict[str, Any] = {"customer_email": "ada@example.com", "by_email": True}
    poster = stage.buys()
    stage.pays(poster)
    stage.returns(poster, wait=True)
    stage.refunds(poster, 500)
    disputed = stage.buys("linked-usd")
    stage.pays(disputed, "4000000000000259")
    stage.returns(disputed, wait=True)
    stage.cancels(stage.buys().order)
    bare = stage.buys(kind="payment_intent", capture="manual", **whose)
    stage.pays(bare)
    stage.delivers()
    stage.captures(bare)
    member = stage.buys(items=[CartItem("monthly", 1)], **whose)
    stage.pays(member, email="ada@example.com")
    stage.drops()
    stage.works(2 * 3600, every=3600)
    stage.use_cases.open_portal.open(member.order, return_url="https://shop.test", nonce=None)
    saved = stage.buys(items=[], mode="setup", currency="usd", **whose)
    stage.pays(saved, email="ada@example.com")
    stage.returns(saved, wait=True)


def test_a_shop_lives_on_what_the_docs_say(stage: Stage) -> None:
    lives(stage)

    assert refused(stage) == []
    orders = stage.use_cases.read_orders.page(limit=10, cursor=None).orders
    assert [order.fulfilled for order in orders].count(True) == 4


@pytest.mark.parametrize("one", sorted(set(documented()) - OF_DOCTOR_LINKS_AND_DESK))
def test_and_on_nothing_less(stage: Stage, one: str) -> None:
    less = [name for name in documented() if name != one]
    stage.control("PUT", "keys", {"key": KEY, "permissions": less})

    with suppress(StripeRejected, Refused):
        lives(stage)

    assert refused(stage)
