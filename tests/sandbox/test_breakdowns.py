"""A session's tax rates, and the breakdown of what is taken off and added."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.build import CARD, a_line
from tests.sandbox.nearby import Nearby
from tests.sandbox.test_billing import DAY, Json
from tests.sandbox.test_tax_rates import a_rate

PAGE: dict[str, Any] = {"mode": "payment", "success_url": "https://shop.test/done"}
WHOLE = {"expand": ["total_details.breakdown", "line_items.data.taxes"]}


def sell(near: Nearby, *lines: Json, **more: Any) -> Json:
    return near.do("POST", "checkout/sessions", **PAGE | more, line_items=list(lines), **WHOLE)


def club(**more: Any) -> Json:
    line = a_line(1000)
    line["price_data"]["recurring"] = {"interval": "month"}
    line.update(more)
    return dict(line)


@pytest.mark.parametrize(("inclusive", "total"), [(False, 3200), (True, 3000)])
def test_a_line_is_taxed_by_its_rates(near: Nearby, inclusive: bool, total: int) -> None:
    rate = a_rate(near, 20, inclusive=inclusive)

    session = sell(near, a_line(1000) | {"tax_rates": [rate]}, a_line(2000))

    tax = 167 if inclusive else 200
    assert (session["amount_total"], session["total_details"]["amount_tax"]) == (total, tax)
    taxed, untaxed = session["line_items"]["data"]
    assert [(one["amount"], one["rate"]["id"]) for one in taxed["taxes"]] == [(tax, rate)]
    assert untaxed["taxes"] == []
    (whole,) = session["total_details"]["breakdown"]["taxes"]
    assert (whole["amount"], whole["taxable_amount"]) == (tax, 1000 - tax if inclusive else 1000)


def test_a_breakdown_names_the_discount_and_taxes_what_it_leaves(near: Nearby) -> None:
    coupon = near.do("POST", "coupons", percent_off=50)["id"]
    rate = a_rate(near, 10)

    session = sell(near, a_line(1000) | {"tax_rates": [rate]}, discounts=[{"coupon": coupon}])

    told = session["total_details"]["breakdown"]
    (off,), (tax,) = told["discounts"], told["taxes"]
    assert (off["amount"], off["discount"]["source"]["coupon"]) == (500, coupon)
    assert (tax["amount"], session["amount_total"]) == (50, 550)


def test_automatic_tax_is_broken_down_too(near: Nearby) -> None:
    session = sell(near, a_line(1000), automatic_tax={"enabled": True})
    near.control(f"checkout/sessions/{session['id']}/pay", payment_method=CARD)

    done = near.do("GET", f"checkout/sessions/{session['id']}", **WHOLE)

    (tax,) = done["total_details"]["breakdown"]["taxes"]
    assert (tax["amount"], tax["taxability_reason"]) == (100, "standard_rated")
    assert near.do("GET", f"tax_rates/{tax['rate']['id']}") == tax["rate"]
    assert near.do("GET", "tax_rates")["data"] == []
    both = a_line(1000) | {"tax_rates": [a_rate(near)]}
    asked = PAGE | {"line_items": [both], "automatic_tax": {"enabled": True}}
    assert near.refused("POST", "checkout/sessions", **asked) == (None, "automatic_tax")


def test_what_is_subscribed_to_is_taxed_at_every_renewal(near: Nearby) -> None:
    data = {"default_tax_rates": [a_rate(near, 20)]}
    own = club(tax_rates=[a_rate(near, 10)])
    session = sell(near, own, club(), mode="subscription", subscription_data=data)
    near.control(f"checkout/sessions/{session['id']}/pay", payment_method=CARD)

    near.control("clock", advance=32 * DAY)

    assert session["amount_total"] == 2300
    invoices = near.do("GET", "invoices")["data"]
    assert [one["amount_paid"] for one in invoices] == [2300, 2300]
    for one in invoices:
        assert [line["taxes"][0]["amount"] for line in one["lines"]["data"]] == [100, 200]
        assert [tax["amount"] for tax in one["total_taxes"]] == [100, 200]
