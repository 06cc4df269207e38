"""Drafts of invoices: they show what their items come to, and nobody pays another amount."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Json, Nearby

STATE = "payment_intent_unexpected_state"


def a_customer(near: Nearby) -> str:
    paid = {"default_payment_method": "pm_card_visa"}
    made = near.do("POST", "customers", payment_method="pm_card_visa", invoice_settings=paid)
    return str(made["id"])


def a_draft(near: Nearby, owner: str, *amounts: int) -> Json:
    draft = near.do("POST", "invoices", customer=owner, auto_advance=False)
    for amount in amounts:
        owe(near, owner, amount, invoice=draft["id"])
    return draft


def owe(near: Nearby, owner: str, amount: int, currency: str = "usd", **more: Any) -> str:
    owed = {"customer": owner, "amount": amount, "currency": currency, **more}
    return str(near.do("POST", "invoiceitems", **owed)["id"])


def test_a_draft_shows_an_item_that_is_made_for_it(near: Nearby) -> None:
    owner = a_customer(near)
    draft = a_draft(near, owner, 1500, 200)

    shown = near.do("GET", f"invoices/{draft['id']}")
    final = near.do("POST", f"invoices/{draft['id']}/finalize")
    paid = near.do("POST", f"invoices/{draft['id']}/pay")

    assert [line["amount"] for line in shown["lines"]["data"]] == [1500, 200]
    assert (final["status"], final["amount_due"], paid["amount_paid"]) == ("open", 1700, 1700)
    assert near.events().count("invoice.updated") == 2


def test_an_item_has_the_currency_of_its_draft(near: Nearby) -> None:
    owner = a_customer(near)
    euros = {"customer": owner, "amount": 500, "currency": "eur"}

    refused = near.refused("POST", "invoiceitems", **euros, invoice=a_draft(near, owner)["id"])

    assert refused == (None, "currency")


def test_a_draft_follows_its_items(near: Nearby) -> None:
    owner = a_customer(near)
    first, second = owe(near, owner, 700), owe(near, owner, 300)
    taking = {"pending_invoice_items_behavior": "include"}
    path = f"invoices/{near.do('POST', 'invoices', customer=owner, **taking)['id']}"

    near.do("POST", f"invoiceitems/{first}", amount=77)
    changed = near.do("GET", path)
    near.do("DELETE", f"invoiceitems/{second}")
    left = near.do("GET", path)

    assert [line["amount"] for line in changed["lines"]["data"]] == [77, 300]
    assert changed["total"] == 377
    assert [line["amount"] for line in left["lines"]["data"]] == [77]
    assert (left["total"], left["amount_due"], left["amount_remaining"]) == (77, 77, 77)


@pytest.mark.parametrize(
    "change", [{"amount": 50}, {"currency": "eur"}, {"capture_method": "manual"}]
)
def test_an_invoice_says_what_its_intent_costs(near: Nearby, change: Any) -> None:
    price = near.do("POST", "prices", currency="usd", unit_amount=1500,
                    recurring={"interval": "month"}, product_data={"name": "Tea"})  # fmt: skip
    asked = {"customer": a_customer(near), "items": [{"price": price["id"]}]}
    begun = near.do("POST", "subscriptions", **asked, payment_behavior="default_incomplete")
    payment = near.do("GET", "invoice_payments", invoice=begun["latest_invoice"])["data"][0]
    path = f"payment_intents/{payment['payment']['payment_intent']}"

    assert near.refused("POST", path, **change) == (STATE, next(iter(change)))
    assert near.refused("POST", f"{path}/cancel") == (STATE, None)
    near.do("POST", path, payment_method="pm_card_visa", description="Tea")
    near.do("POST", f"{path}/confirm", return_url="https://shop.test/")
    assert near.do("GET", f"invoices/{begun['latest_invoice']}")["amount_paid"] == 1500


def test_what_is_dearer_than_a_payment_may_be_is_on_no_invoice(near: Nearby) -> None:
    owner, most = a_customer(near), 99_999_999
    owed = {"customer": owner, "currency": "usd"}
    too_much = ("amount_too_large", "amount")
    price = near.do("POST", "prices", currency="usd", unit_amount=most, product_data={"name": "T"})
    many = {"pricing": {"price": price["id"]}, "quantity": 2}

    assert near.refused("POST", "invoiceitems", **owed, amount=10**12) == too_much
    assert near.refused("POST", "invoiceitems", **owed, amount=-(10**8)) == too_much
    assert near.refused("POST", "invoiceitems", customer=owner, **many) == (
        "amount_too_large", "quantity",
    )  # fmt: skip
    path = f"invoices/{a_draft(near, owner, most, most)['id']}"
    item = near.do("GET", path)["lines"]["data"][0]["parent"]["invoice_item_details"]
    changed = f"invoiceitems/{item['invoice_item']}"
    assert near.refused("POST", changed, amount=10**8) == too_much
    assert near.refused("POST", f"{path}/finalize") == ("amount_too_large", "total")
    near.do("POST", changed, amount=0)
    assert near.do("POST", f"{path}/pay")["amount_paid"] == most


def test_what_is_too_little_to_be_charged_waits_for_the_next_invoice(near: Nearby) -> None:
    owner = a_customer(near)
    little = near.do("POST", f"invoices/{a_draft(near, owner, 20)['id']}/finalize")
    waits = near.do("GET", f"customers/{owner}")["balance"]
    next_one = near.do("POST", f"invoices/{a_draft(near, owner, 700)['id']}/pay")

    assert (little["status"], little["amount_due"], little["ending_balance"]) == ("paid", 0, 20)
    assert waits == 20
    assert (next_one["starting_balance"], next_one["amount_paid"]) == (20, 720)
    assert near.do("GET", f"customers/{owner}")["balance"] == 0


def test_an_invoice_takes_prices_that_are_paid_once(near: Nearby) -> None:
    tea = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}
    monthly = near.do("POST", "prices", **tea, recurring={"interval": "month"})["id"]
    old = near.do("POST", "prices", **tea, active=False)["id"]

    for price in (monthly, old):
        owed = {"customer": a_customer(near), "pricing": {"price": price}}
        assert near.refused("POST", "invoiceitems", **owed) == (None, "pricing[price]")
