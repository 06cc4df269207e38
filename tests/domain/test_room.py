"""What a buyer may change on Stripe's page is bounded by the order: all else is held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checkout_service.domain.facts.snapshots import SessionView
from checkout_service.domain.order.ledger import Terms
from checkout_service.domain.order.room import (
    NOTHING,
    PART,
    BoughtLine,
    Offer,
    Room,
    ShownLine,
)
from checkout_service.domain.order.settlement import Settlement
from checkout_service.domain.session.choices import due_at_once
from checkout_service.domain.status import Hold
from tests.domain.build import TERMS, ledger, session, settled

CUP = Offer("Cup", 1000, quantity=2, least=1, most=4, price="cup", place=0)
POSTER = Offer("Poster", 2500, quantity=1, least=1, most=1, price="poster", place=1)
FRAME = Offer("", 700, quantity=1, least=1, most=2, stripe_price="price_f")
TERMS_WITH_ROOM = replace(TERMS, amount_total=4500, room=Room((CUP, POSTER, FRAME)))


def cups(quantity: int, amount: int | None = None, **more: Any) -> ShownLine:
    due = quantity * 1000 if amount is None else amount
    return ShownLine(quantity, due, **({"unit_amount": 1000, "place": 0} | more))


ONE_POSTER = ShownLine(1, 2500, 2500, "price_x", 1, "Poster")
TWO_FRAMES = ShownLine(2, 1400, 700, "price_f", None, "Frame")


def paid(*lines: ShownLine, terms: Terms = TERMS_WITH_ROOM, **changes: Any) -> Settlement:
    total = sum(line.amount for line in lines)
    view = session(amount_subtotal=total, amount_total=total, lines=lines or None)
    return settled(ledger(terms=terms), replace(view, **changes))


@pytest.mark.parametrize(
    "lines",
    [
        (cups(2), ONE_POSTER),
        (cups(1), ONE_POSTER),
        (ONE_POSTER, cups(4), TWO_FRAMES),
        (cups(3, place=None), ONE_POSTER, TWO_FRAMES._replace(quantity=1, amount=700)),
    ],
)
def test_what_the_order_allows_is_fulfilled_as_it_was_bought(lines: tuple[ShownLine, ...]) -> None:
    result = paid(*lines)

    assert result.fulfils
    winner = result.after.winner
    assert winner is not None
    assert [(line.name, line.quantity, line.amount) for line in winner.bought] == [
        ("Cup" if line.unit_amount == 1000 else line.name, line.quantity, line.amount)
        for line in lines
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (cups(5), ONE_POSTER),
        (cups(2),),
        (ONE_POSTER,),
        (cups(2), ONE_POSTER, ONE_POSTER),
        (cups(2), ONE_POSTER._replace(quantity=2, amount=5000)),
        (cups(2, 1999), ONE_POSTER),
        (cups(2, unit_amount=999), ONE_POSTER),
        (cups(2), ONE_POSTER, TWO_FRAMES._replace(quantity=3, amount=2100)),
        (cups(2), ONE_POSTER, TWO_FRAMES._replace(price="price_other")),
        (cups(2), ONE_POSTER, TWO_FRAMES, TWO_FRAMES),
    ],
)
def test_anything_else_is_held(lines: tuple[ShownLine, ...]) -> None:
    result = paid(*lines)

    assert not result.fulfils
    assert result.after.active_holds == (Hold.AMOUNT_MISMATCH,)
    assert [hold.expected for hold in result.after.holds] == [
        "1 to 4 at 10.00 USD, 1 at 25.00 USD, 0 to 2 at 7.00 USD"
    ]


def test_lines_that_do_not_come_to_what_is_paid_are_held() -> None:
    result = paid(cups(2), ONE_POSTER, amount_subtotal=5500, amount_total=5500)

    assert result.after.active_holds == (Hold.AMOUNT_MISMATCH,)


def test_an_event_shows_no_lines_so_the_order_waits_for_a_look() -> None:
    told = paid(amount_subtotal=7900, amount_total=7900)

    assert (told.after.status, told.fulfils, told.look_wanted) == ("paid", False, True)
    seen = settled(
        told.after,
        session(amount_subtotal=7900, amount_total=7900, lines=(cups(4), ONE_POSTER, TWO_FRAMES)),
    )
    assert seen.fulfils


@pytest.mark.parametrize(("subtotal", "held"), [(3500, False), (7900, False), (3499, True),
                                                (7901, True)])  # fmt: skip
def test_the_sum_has_bounds_before_the_lines_are_known(subtotal: int, held: bool) -> None:
    result = paid(amount_subtotal=subtotal, amount_total=subtotal)

    assert bool(result.after.active_holds) is held
    assert all(hold.expected == "35.00 to 79.00 USD" for hold in result.after.holds)


@pytest.mark.parametrize(("total", "held"), [(4500, False), (4700, False), (4950, False),
                                             (4499, True), (4951, True)])  # fmt: skip
def test_how_much_of_a_tax_is_on_top_the_lines_tell_later(total: int, held: bool) -> None:
    terms = replace(TERMS_WITH_ROOM, adjustable=frozenset(("tax",)))

    told = paid(terms=terms, amount_subtotal=4500, amount_tax=450, amount_total=total)

    assert bool(told.after.active_holds) is held
    assert not told.fulfils


def test_a_page_opens_with_the_cart_and_nothing_added() -> None:
    assert list(TERMS_WITH_ROOM.opening) == [4500]
    assert list(TERMS.opening) == list(TERMS.paying) == [TERMS.amount_total]


def test_a_line_that_may_be_taken_away_may_be_missing() -> None:
    terms = replace(TERMS, room=Room((replace(CUP, least=0), POSTER)))

    assert paid(ONE_POSTER, terms=terms).fulfils


MONTHLY = Offer("Club", 900, quantity=1, least=1, most=1, price="club", place=0)


@pytest.mark.parametrize(
    ("due", "amount", "fulfils"),
    [(NOTHING, 0, True), (NOTHING, 1, False), (NOTHING, 900, False), (PART, 300, True),
     (PART, 0, True), (PART, 900, True), (PART, 901, False), (PART, -1, False)],
)  # fmt: skip
def test_of_a_first_period_no_more_is_due_than_was_agreed(
    due: str,
    amount: int,
    fulfils: bool,
) -> None:
    terms = replace(
        TERMS, mode="subscription", room=Room((replace(MONTHLY, due=due),)), amount_total=0
    )
    free = {} if amount else {"payment_status": "no_payment_required"}
    line = ShownLine(1, amount, 900, "price_m", 0)

    result = paid(line, terms=terms, mode="subscription", intent_id=None, **free)

    assert result.fulfils is fulfils
    assert bool(result.after.active_holds) is not fulfils


@pytest.mark.parametrize(
    ("data", "due"),
    [
        (None, "whole"),
        ({}, "whole"),
        ({"proration_behavior": "none"}, "whole"),
        ({"trial_period_days": 7}, "nothing"),
        ({"trial_end": 1_790_000_000}, "nothing"),
        ({"billing_cycle_anchor": 1_790_000_000}, "part"),
        ({"billing_cycle_anchor_config": {"day_of_month": 1}}, "part"),
        ({"billing_cycle_anchor": 1, "proration_behavior": "none"}, "nothing"),
        ({"billing_cycle_anchor": 1, "trial_period_days": 7}, "nothing"),
    ],
)
def test_what_is_due_follows_from_how_the_subscription_begins(data: Any, due: str) -> None:
    assert due_at_once({"subscription_data": data}) == due


SAVES = replace(TERMS, mode="setup", amount_total=0)


def saved(**changes: Any) -> SessionView:
    view = session(
        mode="setup",
        amount_subtotal=0,
        amount_total=0,
        currency="",
        payment_status="no_payment_required",
        intent_id=None,
    )
    return replace(view, **changes)


def test_an_order_of_no_amount_is_settled_when_its_session_is_complete() -> None:
    order = ledger(terms=SAVES)

    opened = settled(order, saved(status="open"))
    assert (opened.after.status, opened.after.active_holds) == ("pending", ())
    told = settled(opened.after, saved())
    assert (told.fulfils, told.look_wanted) == (False, True)  # what was saved only a look shows
    assert settled(told.after, saved(), looked=True).fulfils


@pytest.mark.parametrize(
    ("changes", "hold"),
    [
        ({"amount_subtotal": 1, "amount_total": 1}, Hold.AMOUNT_MISMATCH),
        ({"currency": "eur"}, Hold.CURRENCY_MISMATCH),
        ({"mode": "payment"}, Hold.WRONG_MODE),
        ({"order_id": "ord_" + "z" * 24}, Hold.WRONG_REFERENCE),
    ],
)
def test_money_where_nothing_was_to_be_paid_is_held(changes: Any, hold: Hold) -> None:
    result = settled(ledger(terms=SAVES), saved(**changes), looked=True)

    assert hold in result.after.active_holds
    assert not result.fulfils


def test_what_was_bought_has_the_catalogs_name() -> None:
    room = Room((CUP,))

    assert room.bought([cups(3)]) == (BoughtLine("cup", "Cup", 3, 1000, 3000),)
