"""Tax rates: made, changed, and counted on what is billed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import DAY, a_customer, a_price, begin


def a_rate(near: Nearby, percentage: float = 20, *, inclusive: bool = False, **more: Any) -> str:
    asked = {"display_name": "VAT", "percentage": percentage, "inclusive": inclusive, **more}
    return str(near.do("POST", "tax_rates", **asked)["id"])


def test_a_rate_is_made_changed_and_listed(near: Nearby) -> None:
    name = a_rate(near, 8.875, country="US", state="NY", tax_type="sales_tax")

    changed = near.do("POST", f"tax_rates/{name}", active=False, display_name="NY")

    assert changed == near.do("GET", f"tax_rates/{name}")
    assert (changed["percentage"], changed["display_name"], changed["state"]) == (8.875, "NY", "NY")
    assert near.do("GET", "tax_rates", active=True)["data"] == []
    assert len(near.do("GET", "tax_rates", inclusive=False)["data"]) == 1
    assert near.events() == ["tax_rate.created", "tax_rate.updated"]
    wrong = {"display_name": "VAT", "inclusive": False}
    assert near.refused("POST", "tax_rates", **wrong, percentage=101) == (None, "percentage")
    assert near.refused("POST", "tax_rates", **wrong)[1] == "percentage"


@pytest.mark.parametrize(
    ("inclusive", "sums"), [(False, (2160, 1800, 360)), (True, (1800, 1500, 300))]
)
def test_a_subscription_is_taxed_by_its_rates(
    near: Nearby, inclusive: bool, sums: tuple[int, int, int]
) -> None:
    thing = begin(near, default_tax_rates=[a_rate(near, inclusive=inclusive)])
    near.control("clock", advance=32 * DAY)

    for invoice in near.do("GET", "invoices")["data"]:
        (tax,) = invoice["total_taxes"]
        assert (invoice["total"], invoice["total_excluding_tax"], tax["amount"]) == sums
        assert invoice["lines"]["data"][0]["taxes"] == [tax]
        assert invoice["amount_paid"] == invoice["total"]
    shown = near.do("GET", f"subscriptions/{thing['id']}")["default_tax_rates"]
    assert [rate["percentage"] for rate in shown] == [20]


def test_an_item_has_rates_of_its_own_and_discounts_come_first(near: Nearby) -> None:
    coupon = near.do("POST", "coupons", percent_off=50, duration="forever")["id"]
    items = [{"price": a_price(near, 1000), "tax_rates": [a_rate(near, 10)]},
             {"price": a_price(near, 2000)}]  # fmt: skip
    thing = near.do(
        "POST", "subscriptions", customer=a_customer(near), items=items,
        default_tax_rates=[a_rate(near, 20)], discounts=[{"coupon": coupon}],
    )  # fmt: skip

    invoice = near.do("GET", f"invoices/{thing['latest_invoice']}")

    assert [line["taxes"][0]["amount"] for line in invoice["lines"]["data"]] == [50, 200]
    assert (invoice["subtotal"], invoice["total"]) == (3000, 1750)


def test_what_is_owed_is_taxed_by_its_own_rates_or_the_drafts(near: Nearby) -> None:
    owner, own = a_customer(near), a_rate(near, 10)
    owed = {"customer": owner, "amount": 1000, "currency": "usd"}
    near.do("POST", "invoiceitems", **owed, tax_rates=[own])
    near.do("POST", "invoiceitems", **owed)
    draft = near.do("POST", "invoices", customer=owner, pending_invoice_items_behavior="include")
    assert draft["total"] == 2100

    path = f"invoices/{draft['id']}"
    near.do("POST", path, default_tax_rates=[a_rate(near, 20)])

    assert near.do("GET", path)["total"] == 2300
    assert near.do("POST", f"{path}/pay")["amount_paid"] == 2300


def test_a_rate_that_is_not_used_any_more_is_refused(near: Nearby) -> None:
    old, owner = a_rate(near, active=False), a_customer(near)
    asked = {"customer": owner, "items": [{"price": a_price(near)}]}
    mixed = [a_rate(near), a_rate(near, inclusive=True)]

    said = [
        near.refused("POST", "subscriptions", **asked, default_tax_rates=rates)[1]
        for rates in ([old], ["txr_nobody"], mixed)
    ]

    assert said == ["default_tax_rates[0]", "default_tax_rates[0]", "default_tax_rates"]
