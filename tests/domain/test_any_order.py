"""Facts may arrive in any order, twice, or late: the same facts are the same order."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.facts.fact import Cover, Fact, Seen
from checkout_service.domain.facts.snapshots import Subject
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.settlement import settle
from checkout_service.domain.status import SETTLED, AttemptState, OrderStatus

from .build import attempt, dispute, intent, ledger, refund, session, settled, stored

PAID = session()
PROCESSING = session(payment_status="unpaid")
ASYNC_FAILED = session(payment_status="unpaid", async_failed=True)
EXPIRED = session(status="expired", payment_status="unpaid", intent_id=None)
OPENED = session(status="open", payment_status="unpaid", intent_id=None)

LIVES: dict[str, tuple[tuple[Subject, ...], OrderStatus, int]] = {
    "paid, two partial refunds, disputed, won": (
        (PAID, refund("re_1"), refund("re_2"), dispute(), dispute(status="won")),
        OrderStatus.PARTIALLY_REFUNDED,
        2000,
    ),
    "delayed, then in, refunded whole, bounced": (
        (
            PROCESSING,
            PAID,
            refund(amount=5000, status="pending"),
            refund(amount=5000),
            refund(amount=5000, status="failed"),
        ),
        OrderStatus.PAID,
        0,
    ),
    "paid, inquiry, dispute, lost": (
        (
            PAID,
            dispute("dp_0", "warning_needs_response"),
            dispute("dp_0", "warning_closed"),
            dispute(),
            dispute(status="lost"),
        ),
        OrderStatus.CHARGED_BACK,
        0,
    ),
    "delayed and failed": (
        (OPENED, PROCESSING, ASYNC_FAILED, intent(), intent(status="processing")),
        OrderStatus.FAILED,
        0,
    ),
    "paid at the last moment, refunded in full": (
        (OPENED, PAID, refund("re_1", 2500), refund("re_2", 2500), intent()),
        OrderStatus.REFUNDED,
        5000,
    ),
}


def _truth(after: Ledger) -> tuple[object, ...]:
    return (
        after.status,
        after.amount_paid,
        after.amount_refunded,
        sorted((r.id, r.status) for r in after.refunds.values()),
        sorted((d.id, d.status) for d in after.disputes.values()),
        after.attempts,
    )


def _live(life: tuple[Subject, ...]) -> Ledger:
    now = ledger()
    for shown in life:
        now = settled(now, shown).after
    return now


@pytest.mark.parametrize("name", LIVES)
def test_all_permutations_of_a_life_end_in_the_same_order(name: str) -> None:
    life, status, refunded = LIVES[name]
    expected = _truth(_live(life))

    assert expected[0] is status
    assert expected[2] == refunded
    for order in itertools.permutations(life):
        assert _truth(_live(order)) == expected


@pytest.mark.parametrize("name", LIVES)
def test_once_settled_an_order_is_never_unpaid_again(name: str) -> None:
    for order in itertools.permutations(LIVES[name][0]):
        now = ledger()
        for shown in order:
            after = settled(now, shown).after
            assert not (now.status in SETTLED and after.status not in SETTLED)
            assert not (now.fulfilled and not after.fulfilled)
            now = after


def test_paid_first_is_fulfilled_and_refunded_first_is_held() -> None:
    life = LIVES["paid, two partial refunds, disputed, won"][0]
    for order in itertools.permutations(life):
        after = _live(order)
        paid_at = order.index(PAID)
        refunded_first = any(order.index(shown) < paid_at for shown in life[1:3])
        if paid_at == 0:
            assert after.fulfilled
            assert after.active_holds == ()
        if refunded_first:
            assert not after.fulfilled
            assert after.active_holds == ("refunded_before_fulfilment",)


SUBJECTS = st.sampled_from(
    [
        OPENED,
        PROCESSING,
        PAID,
        ASYNC_FAILED,
        EXPIRED,
        session(amount_total=4999, amount_subtotal=4999),
        session(currency="eur"),
        session(payment_status="no_payment_required"),
        session(status="paused"),
        session(id="cs_test_2", attempt_id=None),
        intent(),
        refund(status="pending"),
        refund(status="succeeded"),
        refund(status="failed"),
        refund("re_2", 4000),
        dispute(),
        dispute(status="won"),
        dispute(status="lost"),
    ]
)


FACTS = st.builds(
    lambda subject, cover, at, fresh: Fact(
        subject,
        Seen(at, by_event=cover is Cover.EVENT),
        cover,
        fresh=fresh and cover is Cover.EVENT,
    ),
    SUBJECTS,
    st.sampled_from(Cover),
    st.integers(0, 5_000),
    st.booleans(),
)


@given(st.lists(FACTS, max_size=12))
def test_no_history_breaks_an_invariant(history: list[Fact]) -> None:
    now = ledger(attempt(state=AttemptState.DRAFT, session_id=None))
    fulfilments = 0
    for turn, shown in enumerate(history):
        result = settle(now, [shown], new_attempt_id=f"att_{turn}")
        fulfilments += result.fulfils
        if result.fulfils:
            assert shown.proves
            assert result.after.active_holds == ()
            assert result.after.status in (OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED)
        again = settle(result.after, [shown], new_attempt_id="att_again")
        assert again.after == result.after  # idempotent
        assert again.messages == ()
        assert sum(a.won for a in result.after.attempts) <= 1
        assert not (now.status in SETTLED and result.after.status not in SETTLED)
        now = stored(result.after)
    assert fulfilments <= 1


@given(st.permutations([PROCESSING, PAID, refund(), dispute(), dispute(status="won")]))
def test_twice_is_as_good_as_once(history: list[Subject]) -> None:
    once = _live(tuple(history))
    twice = _live(tuple(shown for item in history for shown in (item, item)))

    assert replace(twice, holds=()) == replace(once, holds=())
