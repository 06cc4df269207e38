"""Law 2: an order is fulfilled only on evidence that the money is there now."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND
from checkout_service.domain.facts.fact import (
    PROOF_LIFE,
    Cover,
    Fact,
    Seen,
    fact_of_answer,
    fact_of_event,
    facts_of_look,
)
from checkout_service.domain.facts.snapshots import IncomingEvent, Snapshot
from checkout_service.domain.order import changes
from checkout_service.domain.order.settlement import MessageKind, settle
from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus

from .build import attempt, dispute, fact, intent, ledger, refund, session, settled, stored

NOW = 1_800_000_000_000


def event(created: int, signed_at: int | None) -> IncomingEvent:
    kind = "checkout.session.completed"
    return IncomingEvent("evt_1", kind, "v", False, created, b"{}", signed_at=signed_at)


def told(*, by_clock: int, by_signature: int | None, signed: bool = True) -> Fact:
    """Make the fact of a paid session's event that is so old, as each of two clocks says."""
    created = NOW - by_clock
    signed_at = None if by_signature is None else created + by_signature
    return fact_of_event(event(created, signed_at), session(), now=NOW, signed=signed)


SIGNED = [
    # by our clock, by the signature, whether it proves
    (0, 0, True),
    (MINUTE, SECOND, True),
    (PROOF_LIFE, PROOF_LIFE, True),
    (PROOF_LIFE + 1, 0, False),  # our clock is ahead, or it came late: a look
    (0, PROOF_LIFE + 1, False),  # Stripe sent it late: our clock is behind
    (-HOUR, PROOF_LIFE + 1, False),
    (-HOUR, SECOND, True),
    (HOUR, HOUR, False),
    (3 * DAY, SECOND, False),
    (SECOND, 3 * DAY, False),
    (SECOND, None, False),
]


@pytest.mark.parametrize(("by_clock", "by_signature", "proves"), SIGNED)
def test_a_signed_event_proves_for_two_minutes_by_both_clocks(
    by_clock: int, by_signature: int | None, proves: bool
) -> None:
    result = settle(
        ledger(), [told(by_clock=by_clock, by_signature=by_signature)], new_attempt_id=""
    )

    assert result.after.status is OrderStatus.PAID
    assert (result.fulfils, result.look_wanted) == (proves, not proves)


@given(st.integers(-DAY, 40 * DAY), st.integers(0, 40 * DAY))
def test_the_older_of_two_ages_counts(by_clock: int, by_signature: int) -> None:
    shown = told(by_clock=by_clock, by_signature=by_signature)

    assert shown.proves is (max(by_clock, by_signature) <= PROOF_LIFE)
    assert shown.seen.at <= NOW  # nothing is observed later than now, whatever it says


SOURCES: dict[str, tuple[list[Fact], bool]] = {
    "a replay of a young event": ([told(by_clock=0, by_signature=0, signed=False)], False),
    "a missed event from the list": (
        [told(by_clock=0, by_signature=None, signed=False)],
        False,
    ),
    "an answer to our own call": ([fact_of_answer(session(), asked_at=NOW)], False),
    "a listed session": (facts_of_look(Snapshot(NOW, whole=False, session=session())), False),
    "a complete look": (facts_of_look(Snapshot(NOW, session=session())), True),
    "an old complete look": (facts_of_look(Snapshot(0, session=session())), True),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("kind", [AttemptKind.SESSION, AttemptKind.INTENT])
def test_success_from_anywhere_else_is_paid_and_only_a_whole_look_fulfils(
    name: str, kind: AttemptKind
) -> None:
    facts, proves = SOURCES[name]
    before = ledger()
    if kind is AttemptKind.INTENT:
        before = ledger(attempt(kind=kind, session_id=None, intent_id="pi_1"))
        facts = [Fact(intent(), shown.seen, shown.cover, shown.fresh) for shown in facts]

    result = settle(before, facts, new_attempt_id="")

    assert result.after.status is OrderStatus.PAID
    assert (result.fulfils, result.look_wanted) == (proves, not proves)
    assert [m.kind for m in result.messages] == ([MessageKind.PAID] if proves else [])


def test_the_look_that_was_wanted_fulfils_and_wants_no_other() -> None:
    paid = settled(ledger(), session(), fresh=False)

    looked = settled(stored(paid.after), session(), looked=True, at=NOW)

    assert paid.look_wanted
    assert (looked.fulfils, looked.look_wanted) == (True, False)
    assert not settled(looked.after, session(), fresh=False).look_wanted


def test_a_look_that_finds_the_money_gone_holds_what_an_old_event_called_paid() -> None:
    paid = settled(ledger(), session(), fresh=False).after

    looked = settled(paid, session(), refund(amount=5000), looked=True, at=NOW)

    assert not looked.after.fulfilled
    assert looked.after.status is OrderStatus.REFUNDED
    assert looked.after.active_holds == (Hold.REFUNDED_BEFORE_FULFILMENT,)


@pytest.mark.parametrize(
    "known", [refund(status="pending"), refund(), dispute(), dispute("d", "lost")]
)
def test_a_fresh_event_fulfils_nothing_that_something_is_known_against(
    known: object,
) -> None:
    before = settled(ledger(), known).after  # type: ignore[arg-type]

    result = settled(before, session())

    assert not result.fulfils
    assert not result.look_wanted


def test_the_proof_is_of_the_payment_that_won() -> None:
    other = attempt(id="att_2", seq=2, session_id="cs_test_2", state=AttemptState.EXPIRED)
    paid = settled(ledger(attempt(), other), session(), fresh=False).after
    bare = intent(id="pi_9", order_id=None, attempt_id="att_2")

    for stranger in (bare, refund("re_9", status="failed"), session(id="cs_test_2")):
        assert not settled(paid, stranger).fulfils


def test_a_fresh_event_of_its_intent_proves_nothing_of_a_session() -> None:
    paid = settled(ledger(), session(), fresh=False).after

    result = settled(paid, intent())

    assert (result.fulfils, result.look_wanted) == (False, True)


@pytest.mark.parametrize("cover", Cover)
def test_a_released_hold_is_fulfilled_by_proof_alone(cover: Cover) -> None:
    odd = session(amount_total=4999, amount_subtotal=4999)
    held = settled(ledger(), odd).after
    released = settle(held, [], new_attempt_id="", change=changes.release(Hold.AMOUNT_MISMATCH))
    assert (released.fulfils, released.look_wanted) == (False, True)

    shown = Fact(odd, Seen(NOW, by_event=cover is Cover.EVENT), cover)
    result = settle(stored(released.after), [shown], new_attempt_id="")

    assert result.fulfils is (cover is Cover.WHOLE)
    assert result.look_wanted is (cover is not Cover.WHOLE)


def test_no_order_of_arrival_fulfils_without_proof() -> None:
    old = [fact(s, fresh=False) for s in (session(), refund(status="failed"), dispute("d", "won"))]
    for order in itertools.permutations(old):
        now = ledger()
        for shown in order:
            result = settle(now, [shown], new_attempt_id="")
            assert not result.fulfils
            now = stored(result.after)
        assert now.status is OrderStatus.PAID
