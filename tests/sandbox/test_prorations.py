"""A change in the middle of a period gives back what is unused and costs what remains."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import DAY, Json, a_customer, a_price


@pytest.fixture
def halfway(near: Nearby) -> Json:
    """A subscription to two of ten dollars a day-counted period, half of which is over."""
    price = a_price(near, 1000, recurring={"interval": "day", "interval_count": 10})
    thing = near.do(
        "POST", "subscriptions", customer=a_customer(near), items=[{"price": price, "quantity": 2}]
    )
    near.control("clock", advance=5 * DAY)
    return thing


def dearer(near: Nearby, amount: int = 3000, **every: Any) -> str:
    return a_price(near, amount, recurring=every or {"interval": "day", "interval_count": 10})


def change(near: Nearby, thing: Json, price: str, **more: Any) -> Json:
    items = [{"id": thing["items"]["data"][0]["id"], "price": price, "quantity": 1}]
    return near.do("POST", f"subscriptions/{thing['id']}", items=items, **more)


def lines_of(invoice: Json) -> list[int]:
    return [line["amount"] for line in invoice["lines"]["data"]]


def middle(thing: Json) -> int:
    return int(thing["items"]["data"][0]["current_period_start"]) + 5 * DAY


def latest(near: Nearby, thing: Json) -> Json:
    name = near.do("GET", f"subscriptions/{thing['id']}")["latest_invoice"]
    return near.do("GET", f"invoices/{name}")


def test_the_next_invoice_takes_the_prorations_along(near: Nearby, halfway: Json) -> None:
    change(near, halfway, dearer(near), proration_date=middle(halfway))

    owed = near.do("GET", "invoiceitems", pending=True)["data"]
    assert [(item["amount"], item["proration"]) for item in owed] == [(1500, True), (-1000, True)]
    assert owed[1]["description"].startswith("Unused time on 2 \N{MULTIPLICATION SIGN} Club after ")
    assert owed[0]["parent"]["subscription_details"]["subscription"] == halfway["id"]
    assert near.events().count("invoiceitem.created") == 2
    assert latest(near, halfway)["billing_reason"] == "subscription_create"
    near.control("clock", advance=6 * DAY)
    renewal = latest(near, halfway)
    assert (lines_of(renewal), renewal["total"]) == ([-1000, 1500, 3000], 3500)
    assert renewal["lines"]["data"][0]["parent"]["invoice_item_details"]["proration"] is True
    assert (renewal["status"], renewal["amount_paid"]) == ("paid", 3500)
    assert near.do("GET", "invoiceitems", pending=True)["data"] == []


def test_always_invoice_collects_the_difference_at_once(near: Nearby, halfway: Json) -> None:
    at = middle(halfway)
    change(near, halfway, dearer(near), proration_behavior="always_invoice", proration_date=at)

    invoice = latest(near, halfway)
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_update", "paid")
    assert (lines_of(invoice), invoice["amount_paid"]) == ([-1000, 1500], 500)


def test_what_is_given_back_is_kept_as_credit(near: Nearby, halfway: Json) -> None:
    at, cheap = middle(halfway), dearer(near, 200)
    change(near, halfway, cheap, proration_behavior="always_invoice", proration_date=at)

    invoice = latest(near, halfway)
    assert (invoice["total"], invoice["amount_due"], invoice["ending_balance"]) == (-900, 0, -900)
    assert near.do("GET", f"customers/{halfway['customer']}")["balance"] == -900
    near.control("clock", advance=6 * DAY)
    renewal = latest(near, halfway)
    assert (renewal["total"], renewal["starting_balance"], renewal["amount_due"]) == (200, -900, 0)
    assert near.do("GET", f"customers/{halfway['customer']}")["balance"] == -700


def test_none_costs_nothing_before_the_next_period(near: Nearby, halfway: Json) -> None:
    change(near, halfway, dearer(near), proration_behavior="none")

    assert near.do("GET", "invoiceitems")["data"] == []
    near.control("clock", advance=6 * DAY)
    assert latest(near, halfway)["total"] == 3000


def test_another_rhythm_begins_a_period_that_is_billed_at_once(near: Nearby, halfway: Json) -> None:
    changed = change(near, halfway, dearer(near, 9000, interval="year"),
                     proration_date=middle(halfway))  # fmt: skip

    invoice = latest(near, halfway)
    assert (lines_of(invoice), invoice["status"]) == ([-1000, 9000], "paid")
    item = changed["items"]["data"][0]
    assert item["current_period_start"] == changed["billing_cycle_anchor"]
    assert item["current_period_end"] - item["current_period_start"] >= 365 * DAY


def test_items_are_added_changed_and_taken_away_one_by_one(near: Nearby, halfway: Json) -> None:
    at = middle(halfway)
    one = {"subscription": halfway["id"], "price": dearer(near), "proration_date": at}
    added = near.do("POST", "subscription_items", **one)

    path = f"subscription_items/{added['id']}"
    assert near.do("POST", path, quantity=2, proration_behavior="none")["quantity"] == 2
    gone = near.do("DELETE", path, proration_date=at)
    assert gone == {"id": added["id"], "object": "subscription_item", "deleted": True}
    owed = near.do("GET", "invoiceitems")["data"]
    assert [item["amount"] for item in owed] == [-3000, 1500]
    left = near.do("GET", "subscription_items", subscription=halfway["id"])["data"]
    assert [item["id"] for item in left] == [halfway["items"]["data"][0]["id"]]
    assert near.refused("POST", path, quantity=1) == ("resource_missing", "id")


def test_a_preview_shows_what_would_come_and_keeps_nothing(near: Nearby, halfway: Json) -> None:
    item = {"id": halfway["items"]["data"][0]["id"], "price": dearer(near), "quantity": 1}
    details = {"items": [item], "proration_date": middle(halfway)}
    asked = {"subscription": halfway["id"]}
    path = "invoices/create_preview"

    next_one = near.do("POST", path, **asked)
    changed = near.do("POST", path, **asked, subscription_details=details)
    details |= {"proration_behavior": "always_invoice"}
    now = near.do("POST", path, **asked, subscription_details=details)

    assert (next_one["total"], lines_of(next_one)) == (2000, [2000])
    assert next_one["period_start"] == halfway["items"]["data"][0]["current_period_end"]
    assert lines_of(changed) == [-1000, 1500, 3000]
    assert (changed["status"], changed["number"]) == ("draft", None)
    assert (lines_of(now), now["amount_due"]) == ([-1000, 1500], 500)
    assert len(near.do("GET", "invoices")["data"]) == 1
    assert near.do("GET", "invoiceitems")["data"] == []
    assert near.do("GET", f"subscriptions/{halfway['id']}")["items"] == halfway["items"]


def test_a_day_outside_the_period_is_refused(near: Nearby, halfway: Json) -> None:
    items = [{"id": halfway["items"]["data"][0]["id"], "quantity": 5}]
    path = f"subscriptions/{halfway['id']}"

    assert near.refused("POST", path, items=items, proration_date=5)[1] == "proration_date"
    assert near.do("GET", path)["items"]["data"][0]["quantity"] == 2
