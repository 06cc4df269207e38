"""Tax IDs of customers: kept, looked up, listed, told by a page, taken away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby


def a_customer(near: Nearby) -> str:
    return str(near.do("POST", "customers")["id"])


def kept(near: Nearby, owner: str, value: str, kind: str = "eu_vat") -> Any:
    return near.do("POST", f"customers/{owner}/tax_ids", type=kind, value=value)


def test_a_tax_id_is_its_customers_alone(near: Nearby) -> None:
    owner, other = a_customer(near), a_customer(near)

    made = kept(near, owner, "DE123456789")

    assert (made["country"], made["verification"]["status"]) == ("DE", "pending")
    assert near.do("GET", f"customers/{owner}/tax_ids/{made['id']}") == made
    assert near.do("GET", f"tax_ids/{made['id']}") == made
    assert near.do("GET", f"customers/{owner}/tax_ids")["data"] == [made]
    assert near.do("GET", f"customers/{other}/tax_ids")["data"] == []
    assert near.refused("GET", f"customers/{other}/tax_ids/{made['id']}")[0] == "resource_missing"
    assert near.do("GET", "tax_ids")["data"] == []
    owned = {"type": "customer", "customer": owner}
    assert near.do("GET", "tax_ids", owner=owned)["data"] == [made]
    shown = near.do("GET", f"customers/{owner}", expand=["tax_ids"])
    assert shown["tax_ids"]["data"] == [made]


@pytest.mark.parametrize(
    ("value", "status"), [("000000000", "verified"), ("111111111", "unverified")]
)
def test_what_stripe_names_for_it_is_looked_up_in_a_minute(
    near: Nearby, value: str, status: str
) -> None:
    owner = a_customer(near)
    made = kept(near, owner, value)

    near.control("clock", advance=61)

    found = near.do("GET", f"customers/{owner}/tax_ids/{made['id']}")["verification"]
    assert found["status"] == status
    assert "customer.tax_id.updated" in near.events()


def test_what_nobody_looks_up_says_so(near: Nearby) -> None:
    made = kept(near, a_customer(near), "12-3456789", "us_ein")

    assert (made["country"], made["verification"]["status"]) == ("US", "unavailable")


def test_a_tax_id_is_taken_away(near: Nearby) -> None:
    owner = a_customer(near)
    made = kept(near, owner, "DE123456789")

    gone = near.do("DELETE", f"customers/{owner}/tax_ids/{made['id']}")

    assert gone == {"id": made["id"], "object": "tax_id", "deleted": True}
    assert near.do("GET", f"customers/{owner}/tax_ids")["data"] == []
    assert near.events()[-1] == "customer.tax_id.deleted"


def test_a_customer_who_goes_takes_theirs_along(near: Nearby) -> None:
    owner = a_customer(near)
    made = kept(near, owner, "DE123456789")

    near.do("DELETE", f"customers/{owner}")

    assert near.refused("GET", f"tax_ids/{made['id']}")[0] == "resource_missing"


def test_no_value_is_none(near: Nearby) -> None:
    path = f"customers/{a_customer(near)}/tax_ids"

    assert near.refused("POST", path, type="eu_vat", value=" ")[0] == "tax_id_invalid"


def test_what_a_page_is_told_is_kept_once(near: Nearby) -> None:
    owner = a_customer(near)
    line = {
        "quantity": 1,
        "price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Poster"}},
    }
    asked = {"mode": "payment", "success_url": "https://shop.test/", "line_items": [line]}
    told = {"customer": owner, "tax_id_collection": {"enabled": True}}
    for _ in range(2):
        session = near.do("POST", "checkout/sessions", **asked, **told)
        tax_id = {"type": "eu_vat", "value": "DE123456789"}
        near.control(f"checkout/sessions/{session['id']}/pay", tax_ids=[tax_id])

    [one] = near.do("GET", f"customers/{owner}/tax_ids")["data"]
    assert one["value"] == "DE123456789"


def test_a_paused_subscription_goes_on_when_there_is_a_way_to_pay(near: Nearby) -> None:
    owner = a_customer(near)
    price = {"currency": "usd", "unit_amount": 900, "recurring": {"interval": "month"}}
    monthly = near.do("POST", "prices", **price, product_data={"name": "Club"})["id"]
    ends = {"end_behavior": {"missing_payment_method": "pause"}}
    trial = {"trial_period_days": 7, "trial_settings": ends}
    club = near.do("POST", "subscriptions", customer=owner, items=[{"price": monthly}], **trial)
    name = f"subscriptions/{club['id']}"
    assert near.refused("POST", f"{name}/resume") == (None, None)
    near.do("POST", name, trial_end="now")
    assert near.do("GET", name)["status"] == "paused"
    assert near.refused("POST", f"{name}/resume")[0] == "resource_missing"
    card = near.do("POST", "payment_methods/pm_card_visa/attach", customer=owner)["id"]
    near.do("POST", f"customers/{owner}", invoice_settings={"default_payment_method": card})

    resumed = near.do("POST", f"{name}/resume")

    assert resumed["status"] == "active"
    [item] = resumed["items"]["data"]
    assert item["current_period_end"] > item["current_period_start"]
    assert near.do("GET", f"invoices/{resumed['latest_invoice']}")["status"] == "paid"
    assert near.events()[-1] == "customer.subscription.resumed"
