"""A buyer who comes back to an expired session pays the same order, whatever is heard first."""

from __future__ import annotations

from itertools import permutations

import pytest

from checkout_service.domain.facts.snapshots import SessionView, Subject
from checkout_service.domain.order.settlement import settle
from checkout_service.domain.status import AttemptKind, Hold, OrderStatus
from tests.domain.build import SESSION, attempt, fact, intent, ledger, session

EXPIRED = session(
    status="expired", payment_status="unpaid", intent_id=None, recovery_url="https://x/r"
)
AGAIN = session(id="cs_test_2", recovered_from=SESSION)


def test_events_in_any_order_pay_once_by_the_recovered_session() -> None:
    heard: tuple[Subject, ...] = (EXPIRED, intent(), AGAIN, AGAIN)
    for order in permutations(heard):
        now = ledger()
        fulfilled = 0
        for place, shown in enumerate(order):
            result = settle(now, [fact(shown)], new_attempt_id=f"att_new{place}")
            fulfilled += result.fulfils
            now = result.after

        assert (now.status, now.active_holds, fulfilled) == (OrderStatus.PAID, (), 1)
        first, second = now.attempts
        assert (first.session_id, first.intent_id, first.won) == (SESSION, None, False)
        assert (second.session_id, second.intent_id, second.won) == ("cs_test_2", "pi_1", True)
        assert first.recovery_url == "https://x/r"


def test_a_copy_of_a_copy_we_never_heard_of_is_known_by_its_attempt() -> None:
    third = session(id="cs_test_3", recovered_from="cs_test_2")

    result = settle(ledger(), [fact(third)], new_attempt_id="att_new")

    assert result.fulfils
    assert result.after.attempts[1].kind is AttemptKind.SESSION


@pytest.mark.parametrize(
    "claim",
    [
        session(id="cs_test_2", recovered_from="cs_test_x", attempt_id="att_x"),
        session(id="cs_test_2", recovered_from=None),
    ],
)
def test_a_session_that_merely_names_the_order_is_held(claim: SessionView) -> None:
    result = settle(ledger(), [fact(claim)], new_attempt_id="att_new")

    assert not result.fulfils
    assert Hold.WRONG_REFERENCE in result.after.active_holds


def test_paid_both_ways_is_a_duplicate() -> None:
    other = attempt(id="att_2", seq=2, session_id="cs_test_b")
    shown: list[Subject] = [
        EXPIRED,
        session(id="cs_test_b", intent_id="pi_b", attempt_id="att_2"),
        AGAIN,
    ]
    now, fulfilled = ledger(attempt(), other), 0
    for item in shown:
        result = settle(now, [fact(item)], new_attempt_id="att_new")
        now, fulfilled = result.after, fulfilled + result.fulfils

    assert fulfilled == 1
    assert now.active_holds == (Hold.DUPLICATE_PAYMENT,)
    assert now.amount_paid == 5000
