"""Paying less, or for another: every difference is a named hold, none is fulfilled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout_service.domain.facts.snapshots import SessionView
from checkout_service.domain.order import changes
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.settlement import MessageKind, settle
from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus

from .build import TERMS, attempt, intent, ledger, refund, session, settled

RECIPES: dict[str, tuple[SessionView, Hold]] = {
    "one unit less": (session(amount_subtotal=4999, amount_total=4999), Hold.AMOUNT_MISMATCH),
    "one unit more": (session(amount_subtotal=5001, amount_total=5001), Hold.AMOUNT_MISMATCH),
    "a hundred times": (session(amount_total=500000), Hold.AMOUNT_MISMATCH),
    "only the total": (session(amount_total=1), Hold.AMOUNT_MISMATCH),
    "a discount nobody allowed": (
        session(amount_discount=4000, amount_total=1000),
        Hold.AMOUNT_MISMATCH,
    ),
    "free although it costs": (session(payment_status="no_payment_required"), Hold.AMOUNT_MISMATCH),
    "another currency": (session(currency="jpy"), Hold.CURRENCY_MISMATCH),
    "live instead of test": (session(livemode=True), Hold.WRONG_MODE),
    "a subscription": (session(mode="subscription"), Hold.WRONG_MODE),
    "metadata of another order": (session(order_id="ord_" + "z" * 24), Hold.WRONG_REFERENCE),
    "no metadata": (session(order_id=None), Hold.WRONG_REFERENCE),
    "reference of another order": (session(client_reference_id="ord_x"), Hold.WRONG_REFERENCE),
    "through a payment link": (session(payment_link="plink_1"), Hold.WRONG_LINK),
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_payment_that_differs_is_held(name: str) -> None:
    view, hold = RECIPES[name]

    result = settled(ledger(), view)

    assert not result.after.fulfilled
    assert hold in result.after.active_holds
    assert MessageKind.HELD in {message.kind for message in result.messages}
    assert MessageKind.PAID not in {message.kind for message in result.messages}


def test_a_session_nobody_opened_pays_nothing_until_a_person_says_so() -> None:
    claim = session(id="cs_test_other", attempt_id=None)

    result = settled(ledger(), claim)

    assert result.after.status is OrderStatus.PENDING
    assert result.after.active_holds == (Hold.WRONG_REFERENCE,)
    released = settle(
        result.after, [], new_attempt_id="", change=changes.release(Hold.WRONG_REFERENCE)
    )
    assert released.after.status is OrderStatus.PAID
    assert not released.fulfils  # the money was there once: a look tells whether it still is
    assert released.look_wanted
    assert settled(released.after, claim, looked=True).fulfils


def test_an_intent_nobody_made_pays_nothing_and_is_seen() -> None:
    ours = attempt(kind=AttemptKind.INTENT, session_id=None, intent_id="pi_1")
    for amount, holds in (
        (5000, (Hold.WRONG_REFERENCE,)),
        (100, (Hold.AMOUNT_MISMATCH, Hold.WRONG_REFERENCE)),
    ):
        stranger = intent(id="pi_2", amount=amount, amount_received=amount)

        result = settled(ledger(ours), stranger)

        assert result.after.status is OrderStatus.PENDING
        assert not result.after.fulfilled
        assert set(result.after.active_holds) == set(holds)
        assert settled(result.after, stranger).after == result.after


def test_an_intent_that_names_an_order_of_sessions_waits_for_its_session() -> None:
    known = attempt(intent_id="pi_1")

    assert settled(ledger(known), intent(id="pi_2")).after == ledger(known)


def test_an_open_session_is_not_judged_before_money_moves() -> None:
    result = settled(ledger(), session(status="open", payment_status="unpaid", currency="eur"))

    assert result.after.active_holds == ()


def test_what_stripe_computes_is_fine_where_it_was_allowed() -> None:
    terms = replace(TERMS, adjustable=frozenset(("discount", "tax", "shipping")))
    view = session(amount_discount=1000, amount_tax=300, amount_shipping=700, amount_total=5000)

    result = settled(ledger(terms=terms), view)

    assert result.fulfils
    assert result.after.amount_paid == 5000


@pytest.mark.parametrize(("total", "fulfils"), [(5000, True), (5300, True), (5100, False)])
def test_tax_is_in_the_prices_or_on_top_of_them(total: int, fulfils: bool) -> None:
    terms = replace(TERMS, adjustable=frozenset(("tax",)))

    result = settled(ledger(terms=terms), session(amount_tax=300, amount_total=total))

    assert result.fulfils is fulfils


@pytest.mark.parametrize(
    ("lines", "fulfils"),
    [(None, True), (((1, 1000), (2, 4000)), True), (((2, 1000), (1, 4000)), False),
     (((2, 5000),), False)],
)  # fmt: skip
def test_line_items_are_compared_where_stripe_showed_them(
    lines: tuple[tuple[int, int], ...] | None, fulfils: bool
) -> None:
    terms = replace(TERMS, adjustable=frozenset(("tax",)), lines=((2, 4000), (1, 1000)))
    opened = settled(
        ledger(terms=terms), session(status="open", payment_status="unpaid", lines=lines)
    )

    paid = settled(opened.after, session())

    assert paid.fulfils is fulfils
    assert (paid.after.active_holds == ()) is fulfils


def test_a_wholly_discounted_order_is_free_and_fulfilled() -> None:
    terms = replace(TERMS, adjustable=frozenset(("discount",)))
    view = session(
        payment_status="no_payment_required", amount_discount=5000, amount_total=0, intent_id=None
    )

    assert settled(ledger(terms=terms), view).fulfils


def test_a_second_payment_is_a_duplicate_never_a_second_fulfilment() -> None:
    first = attempt(state=AttemptState.EXPIRED)
    second = attempt(id="att_2", seq=2, session_id="cs_test_2")
    both = ledger(first, second)

    paid = settled(both, session(id="cs_test_2", intent_id="pi_2"))
    again = settled(paid.after, session())

    assert paid.fulfils
    assert not again.fulfils
    assert again.after.active_holds == (Hold.DUPLICATE_PAYMENT,)
    assert again.after.amount_paid == 5000
    assert again.after.winner == paid.after.winner


def test_the_refund_of_a_duplicate_changes_nothing_of_the_order() -> None:
    first = attempt(state=AttemptState.EXPIRED, session_id="cs_test_0", intent_id="pi_0")
    second = attempt(id="att_2", seq=2)
    now = settled(ledger(first, second), session()).after

    after = settled(now, replace(refund(amount=5000), intent_id="pi_0")).after

    assert after.status is OrderStatus.PAID
    assert after.amount_refunded == 0


def test_money_after_cancel_is_held() -> None:
    expired = ledger(attempt(state=AttemptState.EXPIRED))
    canceled = settle(expired, [], new_attempt_id="", change=changes.cancel).after
    assert canceled.status is OrderStatus.CANCELED

    result = settled(canceled, session())

    assert result.after.status is OrderStatus.PAID
    assert result.after.active_holds == (Hold.PAID_AFTER_CANCEL,)
    assert not result.after.fulfilled


def test_a_released_hold_does_not_return_for_its_attempt() -> None:
    view = session(amount_subtotal=4999, amount_total=4999)
    held = settled(ledger(), view).after

    released = settle(held, [], new_attempt_id="", change=changes.release(Hold.AMOUNT_MISMATCH))
    looked = settled(released.after, view, looked=True)

    assert released.after.active_holds == ()
    assert looked.after.active_holds == ()
    assert looked.fulfils


@pytest.mark.parametrize(
    ("changed", "hold"),
    [
        ({"amount": 4999}, Hold.AMOUNT_MISMATCH),
        ({"amount_received": 1}, Hold.AMOUNT_MISMATCH),
        ({"currency": "eur"}, Hold.CURRENCY_MISMATCH),
        ({"livemode": True}, Hold.WRONG_MODE),
        ({"order_id": None}, Hold.WRONG_REFERENCE),
    ],
)
def test_a_bare_intent_that_differs_is_held(changed: dict[str, object], hold: Hold) -> None:
    bare: Ledger = ledger(attempt(kind=AttemptKind.INTENT, session_id=None, intent_id="pi_1"))

    result = settled(bare, intent(**changed))

    assert result.after.active_holds == (hold,)
    assert not result.after.fulfilled


def test_a_manual_capture_waits_for_a_person() -> None:
    view = session(payment_status="unpaid", intent=intent(status="requires_capture"))

    after = settled(ledger(), view, looked=True).after

    assert after.status is OrderStatus.PROCESSING
    assert after.active_holds == (Hold.UNCAPTURED,)
