"""Which totals an order's parts may add up to, when Stripe computes taxes on top or inside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.guard import wrongly_opened
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.status import Hold

from .build import TERMS, attempt, ledger, session, settled


def order(*adjustable: str) -> Ledger:
    return ledger(terms=replace(TERMS, adjustable=frozenset(adjustable)))


TAXED = order("tax", "shipping")

# Goods of 5000 with 950 tax, shipping of 1000 with 190 tax: each may have its tax in or on top.
BOTH = {"amount_tax": 1140, "amount_shipping": 1000, "shipping_tax": 190}


@pytest.mark.parametrize(
    ("total", "story", "fulfils"),
    [
        (6000, "all tax inside", True),
        (7140, "all tax on top", True),
        (6190, "goods inside, shipping on top", True),
        (6950, "goods on top, shipping inside", True),
        (6189, "one unit less than that", False),
        (6191, "one unit more", False),
        (6951, "one unit more", False),
        (7139, "one unit less than all on top", False),
        (5999, "less than the parts", False),
        (5000, "shipping forgotten", False),
        (1, "next to nothing", False),
    ],
)
def test_goods_and_shipping_may_differ_in_where_their_tax_is(
    total: int, story: str, fulfils: bool
) -> None:
    result = settled(TAXED, session(amount_total=total, **BOTH))

    assert result.fulfils is fulfils, story
    assert (result.after.active_holds == ()) is fulfils


@pytest.mark.parametrize(
    ("total", "fulfils"), [(5000, True), (5300, True), (5100, True), (5099, False), (5101, False)]
)
def test_lines_that_differ_in_it_show_their_own_total(total: int, fulfils: bool) -> None:
    """Of 300 tax 100 is on top, as the lines' totals tell: no other sum in between will do."""
    view = session(amount_tax=300, amount_total=total, lines_total=5100)

    assert settled(order("tax"), view).fulfils is fulfils


@pytest.mark.parametrize("lines_total", [4999, 5301])
def test_lines_that_contradict_the_sums_open_no_other_total(lines_total: int) -> None:
    view = session(amount_tax=300, amount_total=lines_total, lines_total=lines_total)

    assert not settled(order("tax"), view).fulfils


def test_mixed_lines_and_shipping_on_top_add_up() -> None:
    view = session(amount_total=5000 + 100 + 1000 + 190, lines_total=5100, **BOTH)

    assert settled(TAXED, view).fulfils


def test_a_discount_comes_off_before_the_tax() -> None:
    everything = order("discount", "tax", "shipping")
    parts = {**BOTH, "amount_discount": 500}

    for total in (5500, 6640, 5690, 6450):
        assert settled(everything, session(amount_total=total, **parts)).fulfils
    assert not settled(everything, session(amount_total=6000, **parts)).fulfils


@pytest.mark.parametrize(
    ("allowed", "parts"),
    [
        ((), {"amount_tax": 300}),
        (("shipping",), {"amount_tax": 300}),
        (("tax",), {"amount_shipping": 500}),
        (("tax",), {"amount_discount": 500}),
        (("discount",), {"amount_shipping": 500}),
    ],
)
def test_what_nobody_allowed_stripe_to_compute_is_held_whatever_it_adds_up_to(
    allowed: tuple[str, ...], parts: dict[str, int]
) -> None:
    net = 5000 + parts.get("amount_shipping", 0) - parts.get("amount_discount", 0)

    for total in (net, net + parts.get("amount_tax", 0)):
        result = settled(order(*allowed), session(amount_total=total, **parts))
        assert result.after.active_holds == (Hold.AMOUNT_MISMATCH,)


@pytest.mark.parametrize(
    ("parts", "total", "wrong"),
    [
        ({}, 5000, False),
        ({}, 4999, True),
        ({}, 1, True),
        ({"amount_shipping": 1000}, 6000, False),  # the first way to ship is chosen beforehand
        ({"amount_shipping": 1000}, 5000, True),
        ({"amount_shipping": 1000, "amount_tax": 300}, 6100, False),  # lines may differ in it
        ({"amount_shipping": 1000, "amount_tax": 300}, 6301, True),
        ({"amount_discount": 500}, 4500, True),  # nobody allowed one
    ],
)
def test_a_session_is_opened_with_a_total_of_its_parts(
    parts: dict[str, int], total: int, wrong: bool
) -> None:
    view = session(status="open", payment_status="unpaid", amount_total=total, **parts)

    assert (Hold.AMOUNT_MISMATCH in wrongly_opened(TAXED.terms, attempt(), view)) is wrong


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.integers(0, 1_000), st.integers(0, 9_000))
def test_no_total_below_the_goods_is_ever_taken(
    tax: int, shipping: int, shipping_tax: int, lines_total: int
) -> None:
    """Tax and shipping only add: who allows no discount never gets less than the cart's price."""
    for total in (4_999, 4_000, shipping, 0):
        view = session(
            amount_total=total,
            amount_tax=tax,
            amount_shipping=shipping,
            shipping_tax=min(shipping_tax, tax),
            lines_total=lines_total,
        )
        if total < 5_000 + shipping:
            assert not settled(TAXED, view).fulfils
