"""Page first, webhook first, neither or twenty at once: one truth, one fulfilment."""

from __future__ import annotations

import copy
import json
import secrets
import time
from typing import Any

import pytest

from tests.support.running_shop import Shop
from tests.support.running_stack import side_by_side, until


def test_the_page_knows_before_any_webhook(shop: Shop) -> None:
    shop.faults(webhooks={"drop": 1.0})
    session = shop.open()["id"]
    shop.pays(session)

    assert shop.success_page(session) == "paid"

    shop.fulfils_once(session)


def test_a_webhook_that_comes_late_changes_nothing(shop: Shop) -> None:
    shop.faults(webhooks={"delay_ms": [1500, 1500]})
    session = shop.open()["id"]
    shop.pays(session)
    assert shop.success_page(session) == "paid"
    shop.no_faults()

    until(lambda: _delivered(shop, session), what="the late webhook")

    shop.fulfils_once(session)


def test_the_page_after_the_webhook_asks_stripe_nothing(shop: Shop) -> None:
    session = shop.open()["id"]
    shop.pays(session)
    until(lambda: _delivered(shop, session), what="the webhook")
    # The worker looks once by itself, for what no event tells of the card: at any moment.
    until(lambda: bool(shop.detail(session)["payment_method"]), what="the worker's own look")
    asked = _reads(shop, session)

    assert shop.success_page(session) == "paid"

    assert _reads(shop, session) == asked
    shop.fulfils_once(session)


def test_neither_page_nor_webhook_is_needed(shop: Shop) -> None:
    shop.faults(webhooks={"drop": 1.0})
    session = shop.open()["id"]
    order = shop.confirm(session)["order"]["id"]

    shop.pays(session)

    until(lambda: bool(shop.told(order, "order.paid")), what="order.paid")
    shop.fulfils_once(session)


def test_one_event_twenty_times_at_once_is_one_fulfilment(shop: Shop) -> None:
    shop.faults(webhooks={"drop": 1.0})
    session = shop.open()["id"]
    shop.pays(session)
    shop.no_faults()
    event = _completed(shop, session)["id"]

    side_by_side(
        lambda _: shop.sandbox.call("POST", f"events/{event}/resend"), range(20), threads=20
    )
    shop.flush()

    deliveries = shop.sandbox.call("GET", "deliveries")["data"]
    answered = [row["status"] for row in deliveries if row["event"] == event]
    assert answered.count(200) >= 20  # and what Stripe itself tries again
    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


def test_pages_polls_and_webhooks_all_at_once_are_one_fulfilment(shop: Shop) -> None:
    session = shop.open()["id"]
    shop.pays(session)
    event = _completed(shop, session)

    def arrives(turn: int) -> None:
        if turn % 3 == 0:
            assert shop.success_page(session) in ("paid", "unpaid")
        elif turn % 3 == 1:
            shop.confirm(session)
        else:
            assert shop.post_event(event) == 200

    side_by_side(arrives, range(24), threads=12)

    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


def _completed(shop: Shop, session: str) -> Any:
    found = shop.events("checkout.session.completed")
    return next(event for event in found if event["data"]["object"]["id"] == session)


def _delivered(shop: Shop, session: str) -> bool:
    event = _completed(shop, session)["id"]
    rows = shop.sandbox.call("GET", "deliveries")["data"]
    return any(row["event"] == event and row["status"] == 200 for row in rows)


def _reads(shop: Shop, session: str) -> int:
    calls = shop.sandbox.call("GET", "requests")["data"]
    ours = (call for call in calls if call["method"] == "GET" and call["stripe_version"])
    return sum(call["path"] == f"/v1/checkout/sessions/{session}" for call in ours)


def test_the_form_of_a_page_left_open_leads_to_the_order_it_made(shop: Shop) -> None:
    token = shop.token()
    url = shop.press_buy(token).headers["Location"]
    session = url.rsplit("/", 1)[-1]
    shop.pays(session)
    shop.flush()
    order = shop.confirm(session)["order"]["id"]

    again = shop.press_buy(token)

    assert (again.status_code, again.headers["Location"]) == (303, f"/orders/{order}")
    assert shop.state(f"/orders/{order}") == "paid"


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_total": "2500"}, {"amount_total": 10**30}, {"payment_status": None}, {"url": 5},
        {"customer_details": "x"}, {"payment_intent": 5}, {"livemode": None},
    ],
)  # fmt: skip
def test_an_event_of_ours_that_cannot_be_read_is_kept_and_looked_after(
    shop: Shop, fields: dict[str, Any]
) -> None:
    shop.faults(webhooks={"drop": 1.0})
    session = shop.open()["id"]
    shop.pays(session)
    (true,) = [
        event
        for event in shop.events("checkout.session.completed")
        if event["data"]["object"]["id"] == session
    ]
    odd = copy.deepcopy(true) | {"id": f"evt_{secrets.token_hex(12)}"}
    odd["data"]["object"] |= fields

    assert shop.post_event(odd) == 200

    until(lambda: shop.detail(session)["fulfilled"], what="a look at Stripe")
    told = json.loads(shop.service.flask("events", "show", odd["id"], "--json"))
    assert told["state"] == "quarantined"
    assert told["last_error"].startswith("unreadable: ")


def test_an_event_of_nobody_that_cannot_be_read_is_left_at_once(shop: Shop) -> None:
    event = {
        "id": f"evt_{secrets.token_hex(12)}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "cs_test_of_somebody_else", "object": "checkout.session"}},
    }

    assert shop.post_event(event) == 200
