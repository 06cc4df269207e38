"""Law 12: a hold carries its evidence: what was expected, what was seen, and when."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from checkout_service.domain.facts.snapshots import Subject
from checkout_service.domain.order import changes
from checkout_service.domain.order.ledger import Ledger, RaisedHold
from checkout_service.domain.order.settlement import settle
from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus

from .build import ATTEMPT, ORDER, TERMS, attempt, dispute, intent, ledger, refund, session, settled

AT = 1_800_000_000_000
BARE = ledger(attempt(kind=AttemptKind.INTENT, session_id=None, intent_id="pi_1"))
TWO = ledger(
    attempt(state=AttemptState.EXPIRED), attempt(id="att_2", seq=2, session_id="cs_test_2")
)
PAID_TWICE = settled(TWO, session(id="cs_test_2", intent_id="pi_2")).after
CANCELED = replace(ledger(attempt(state=AttemptState.EXPIRED)), canceled=True)
TAXED = ledger(terms=replace(TERMS, adjustable=frozenset(("tax",)), lines=((2, 4000), (1, 1000))))
ODD = "ord_" + "z" * 24

# The order, what is observed, the hold, and what its evidence must name.
EVIDENCE: list[tuple[Ledger, Subject, Hold, str, str]] = [
    (ledger(), session(amount_total=4999, amount_subtotal=4999), Hold.AMOUNT_MISMATCH,
     "50.00 USD", "49.99 USD"),
    (ledger(), session(amount_discount=4000, amount_total=1000), Hold.AMOUNT_MISMATCH,
     "50.00 USD", r"10.00 USD .*discount 40.00"),
    (TAXED, session(lines=((1, 4000), (2, 1000))), Hold.AMOUNT_MISMATCH,
     "1 for 10.00 USD, 2 for 40.00 USD", "1 for 40.00 USD, 2 for 10.00 USD"),
    (BARE, intent(amount_received=1), Hold.AMOUNT_MISMATCH, "50.00 USD", "0.01 USD received"),
    (ledger(), session(currency="jpy"), Hold.CURRENCY_MISMATCH, "usd", "jpy"),
    (BARE, intent(currency="eur"), Hold.CURRENCY_MISMATCH, "usd", "eur"),
    (ledger(), session(livemode=True), Hold.WRONG_MODE, "test", "live"),
    (BARE, intent(livemode=True), Hold.WRONG_MODE, "test", "live"),
    (ledger(), session(mode="subscription"), Hold.WRONG_MODE, "payment", "subscription"),
    (ledger(), session(client_reference_id="cart 7"), Hold.WRONG_REFERENCE, ORDER, "cart 7"),
    (ledger(), session(order_id=ODD), Hold.WRONG_REFERENCE, ORDER, ODD),
    (ledger(), session(order_id=None), Hold.WRONG_REFERENCE, ORDER, "no"),
    (ledger(), session(id="cs_test_x", attempt_id=None), Hold.WRONG_REFERENCE,
     "we opened", "cs_test_x"),
    (BARE, intent(id="pi_x", attempt_id=None), Hold.WRONG_REFERENCE, ORDER, "pi_x"),
    (ledger(), session(payment_link="plink_1"), Hold.WRONG_LINK, "no Payment Link", "plink_1"),
    (PAID_TWICE, session(), Hold.DUPLICATE_PAYMENT, "cs_test_2", "cs_test_1"),
    (CANCELED, session(), Hold.PAID_AFTER_CANCEL, "canceled", "cs_test_1"),
    (ledger(), session(payment_status="unpaid", intent=intent(status="requires_capture")),
     Hold.UNCAPTURED, "in or not", "complete / unpaid"),
    (BARE, intent(status="requires_capture"), Hold.UNCAPTURED, "in or not", "requires_capture"),
    (ledger(), session(status="paused"), Hold.UNKNOWN_STATUS, "in or not", "paused"),
    (BARE, intent(status="dreaming"), Hold.UNKNOWN_STATUS, "in or not", "dreaming"),
    (ledger(status=OrderStatus.PAID), session(status="open", payment_status="unpaid"),
     Hold.ILLEGAL_TRANSITION, "paid", "pending"),
    (settled(ledger(), refund(status="pending")).after, session(),
     Hold.REFUNDED_BEFORE_FULFILMENT, "50.00 USD", "re_1 10.00 USD pending"),
    (settled(ledger(), dispute(status="lost")).after, session(),
     Hold.REFUNDED_BEFORE_FULFILMENT, "50.00 USD", "dp_1 50.00 USD lost"),
]  # fmt: skip
AS_IT_IS_DERIVED = frozenset((Hold.ILLEGAL_TRANSITION, Hold.REFUNDED_BEFORE_FULFILMENT))


def raised(after: Ledger, name: Hold) -> RaisedHold:
    (found,) = [hold for hold in after.holds if hold.name is name]
    return found


@pytest.mark.parametrize(("before", "subject", "name", "expected", "seen"), EVIDENCE)
def test_a_hold_says_what_was_expected_and_what_was_seen(
    before: Ledger, subject: Subject, name: Hold, expected: str, seen: str
) -> None:
    hold = raised(settled(before, subject, looked=True, at=AT).after, name)

    assert re.search(expected, hold.expected)
    assert re.search(seen, hold.seen)
    assert hold.expected != hold.seen
    # What is derived from several facts was seen when it was written: 0 leaves that to the writer.
    assert hold.seen_at == (0 if name in AS_IT_IS_DERIVED else AT)


def test_the_table_shows_every_hold_there_is() -> None:
    assert {name for _, _, name, _, _ in EVIDENCE} == set(Hold)


def test_the_evidence_stays_as_it_was_first_seen() -> None:
    odd = session(amount_total=4999, amount_subtotal=4999)
    first = settled(ledger(), odd, at=AT).after

    again = settled(first, replace(odd, amount_total=4000), looked=True, at=AT + 60_000).after

    assert again.holds == first.holds


def test_a_release_keeps_the_evidence() -> None:
    held = settled(ledger(), session(currency="jpy"), at=AT).after

    released = settle(
        held, [], new_attempt_id="", change=changes.release(Hold.CURRENCY_MISMATCH)
    ).after

    assert released.holds == (replace(held.holds[0], released=True),)
    assert released.active_holds == ()


def test_a_hold_put_up_by_us_carries_its_evidence_too() -> None:
    change = changes.hold(Hold.WRONG_MODE, ATTEMPT, expected="test mode", seen="live mode")

    (hold,) = settle(ledger(), [], new_attempt_id="", change=change).after.holds

    assert (hold.name, hold.expected, hold.seen) == (Hold.WRONG_MODE, "test mode", "live mode")
