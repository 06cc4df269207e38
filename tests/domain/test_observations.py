"""Law 1: for one object the later observation wins, whichever door it came through."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.facts.fact import Age, Cover, Fact, Seen
from checkout_service.domain.facts.merge import merge
from checkout_service.domain.facts.snapshots import SessionView, Subject
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.status import AttemptKind, AttemptState

from .build import attempt, dispute, intent, ledger, refund, session, settled

COVERS = st.sampled_from([Cover.EVENT, Cover.OBJECT, Cover.WHOLE])
BARE = ledger(attempt(kind=AttemptKind.INTENT, session_id=None, intent_id="pi_1"))


def observed(subject: Subject, at: int, cover: Cover) -> Fact:
    return Fact(subject, Seen(at, by_event=cover is Cover.EVENT), cover)


def taken(before: Ledger, facts: Iterable[Fact]) -> Ledger:
    for item in facts:
        before = merge(before, item, new_attempt_id="att_" + "n" * 24)
    return before


def lived(words: Sequence[Subject], covers: Sequence[Cover]) -> list[Fact]:
    """Observe a life word by word, two seconds apart: no two of these are of one second."""
    return [
        observed(subject, 2_000 * turn, cover)
        for turn, (subject, cover) in enumerate(zip(words, covers, strict=True), start=1)
    ]


@pytest.mark.parametrize(
    ("at_hand", "known", "age"),
    [
        (Seen(5_000), Seen(4_999), Age.LATER),
        (Seen(5_000), Seen(5_001), Age.EARLIER),
        (Seen(5_000), Seen(5_000), Age.LATER),  # looks exclude each other
        (Seen(6_000, by_event=True), Seen(5_999), Age.LATER),
        (Seen(5_000, by_event=True), Seen(6_000), Age.EARLIER),
        (Seen(5_000, by_event=True), Seen(5_999), Age.UNKNOWN),
        (Seen(5_000, by_event=True), Seen(5_000), Age.UNKNOWN),
        (Seen(5_999), Seen(5_000, by_event=True), Age.UNKNOWN),
        (Seen(6_000), Seen(5_000, by_event=True), Age.LATER),
        (Seen(4_999), Seen(5_000, by_event=True), Age.EARLIER),
        (Seen(5_000, by_event=True), Seen(5_000, by_event=True), Age.UNKNOWN),
        (Seen(5_000, by_event=True), Seen(4_000, by_event=True), Age.LATER),
    ],
)
def test_an_event_stands_for_its_whole_second(at_hand: Seen, known: Seen, age: Age) -> None:
    assert at_hand.age_beside(known) is age


OPEN = session(status="open", payment_status="unpaid", intent_id=None, url="https://x/pay")
IN_FLIGHT = session(payment_status="unpaid", intent=intent(status="processing"))
SESSION_LIVES: list[tuple[SessionView, ...]] = [
    (OPEN, OPEN, session(), session()),
    (OPEN, IN_FLIGHT, session(payment_status="unpaid"), session()),
    (OPEN, IN_FLIGHT, session(payment_status="unpaid", async_failed=True)),
    (OPEN, replace(OPEN, status="expired", url=None), replace(OPEN, status="expired", url=None)),
]
WAY = {
    "new": intent(status="requires_payment_method", amount=4_000, amount_received=0),
    "priced": intent(status="requires_payment_method", amount_received=0),
    "voucher": intent(status="requires_action", waits=True, waits_until=9, amount_received=0),
    "moving": intent(status="processing", amount_received=0),
    "bounced": intent(status="requires_payment_method", delayed_failure=True, amount_received=0),
    "in": intent(),
    "canceled": intent(status="canceled", amount_received=0),
    "abandoned": intent(status="canceled", cancellation_reason="abandoned", amount_received=0),
}
INTENT_LIVES: list[tuple[str, ...]] = [
    ("new", "priced", "moving", "in"),
    ("new", "moving", "bounced", "moving", "in"),
    ("new", "voucher", "bounced", "canceled"),
    ("new", "priced", "abandoned", "abandoned"),
    ("new", "priced", "moving", "bounced"),
]


@given(st.sampled_from(SESSION_LIVES), st.data())
def test_a_session_is_what_was_observed_last_in_every_order_of_arrival(
    life: tuple[SessionView, ...], data: st.DataObject
) -> None:
    covers = data.draw(st.lists(COVERS, min_size=len(life), max_size=len(life)))
    facts = lived(life, covers)
    arrived = data.draw(st.permutations(facts))

    assert taken(ledger(), arrived) == taken(ledger(), facts)


@given(st.sampled_from(INTENT_LIVES), st.data())
def test_an_intent_is_what_was_observed_last_though_it_goes_back_and_forth(
    life: tuple[str, ...], data: st.DataObject
) -> None:
    covers = data.draw(st.lists(COVERS, min_size=len(life), max_size=len(life)))
    facts = lived([WAY[word] for word in life], covers)
    arrived = data.draw(st.permutations(facts))

    assert taken(BARE, arrived) == taken(BARE, facts)


REFUND_LIVES = [
    ("pending", "succeeded", "failed"),
    ("pending", "requires_action", "pending", "succeeded"),
    ("requires_action", "canceled"),
    ("succeeded", "succeeded"),
]


@given(st.sampled_from(REFUND_LIVES), st.data())
def test_a_refund_is_what_was_observed_last_in_every_order_of_arrival(
    life: tuple[str, ...], data: st.DataObject
) -> None:
    covers = data.draw(st.lists(COVERS, min_size=len(life), max_size=len(life)))
    facts = lived([refund(status=word) for word in life], covers)
    arrived = data.draw(st.permutations(facts))

    after = taken(ledger(), arrived)

    assert after == taken(ledger(), facts)
    assert after.refunds["re_1"].status == life[-1]


WORDS = st.sampled_from([
    "warning_needs_response", "warning_under_review", "warning_closed", "needs_response",
    "under_review", "prevented", "won", "lost", "appeal_needs_response", "appeal_under_review",
])  # fmt: skip


@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
def test_a_dispute_may_be_decided_anew_and_is_what_was_observed_last(
    life: list[str], data: st.DataObject
) -> None:
    covers = data.draw(st.lists(COVERS, min_size=len(life), max_size=len(life)))
    facts = lived([dispute(status=word) for word in life], covers)
    arrived = data.draw(st.permutations(facts))

    after = taken(ledger(), arrived)

    assert after == taken(ledger(), facts)
    assert after.disputes["dp_1"].status == life[-1]


WITHIN_ONE_SECOND: list[tuple[Ledger, Subject, Subject]] = [
    (ledger(), OPEN, IN_FLIGHT),
    (ledger(), OPEN, session()),
    (ledger(), IN_FLIGHT, session()),
    (ledger(), IN_FLIGHT, session(payment_status="unpaid", async_failed=True)),
    (BARE, WAY["priced"], WAY["canceled"]),
    (BARE, WAY["moving"], WAY["in"]),
    (ledger(), refund(status="pending"), refund(status="succeeded")),
    (ledger(), refund(status="succeeded"), refund(status="failed")),
    (ledger(), dispute(status="needs_response"), dispute(status="under_review")),
    (ledger(), dispute(status="under_review"), dispute(status="lost")),
    (ledger(), dispute(status="won"), dispute(status="appeal_needs_response")),
]


BY_EITHER_DOOR = [
    (*case, event_tells_more)
    for case in WITHIN_ONE_SECOND
    for event_tells_more in (True, False)
    if event_tells_more or case[0] is not BARE  # an event's memory of an open intent proves nothing
]


@pytest.mark.parametrize(("before", "less", "more", "event_tells_more"), BY_EITHER_DOOR)
def test_within_one_second_the_word_further_along_wins_in_both_orders(
    before: Ledger, less: Subject, more: Subject, event_tells_more: bool
) -> None:
    event, look = (more, less) if event_tells_more else (less, more)
    facts = [observed(event, 7_000, Cover.EVENT), observed(look, 7_400, Cover.WHOLE)]

    for order in itertools.permutations(facts):
        after = taken(before, order)
        wanted = taken(before, [observed(more, 7_000, Cover.WHOLE)])
        assert [a.state for a in after.attempts] == [a.state for a in wanted.attempts]
        assert after.refunds == wanted.refunds
        assert after.disputes == wanted.disputes


@pytest.mark.parametrize("status", ["requires_payment_method", "processing", "requires_action"])
def test_an_events_memory_of_an_unfinished_intent_moves_nothing(status: str) -> None:
    seen = observed(WAY["bounced"], 9_000, Cover.WHOLE)
    known = taken(BARE, [observed(WAY["moving"], 5_000, Cover.WHOLE), seen])

    after = taken(known, [observed(intent(status=status), 60_000, Cover.EVENT)])

    assert after.attempts[0].state is AttemptState.FAILED
    assert after.attempts == known.attempts


def test_an_older_word_of_a_dispute_that_leads_nowhere_wants_a_look() -> None:
    known = settled(ledger(), dispute(status="won"), at=50_000).after

    odd = settled(known, dispute(status="lost"), at=10_000)
    even = settled(known, dispute(status="under_review"), at=10_000)

    assert (odd.after.disputes["dp_1"].status, odd.look_wanted) == ("won", True)
    assert (even.after.disputes["dp_1"].status, even.look_wanted) == ("won", False)


def test_a9_a_memory_of_a_refund_does_not_beat_the_look_that_saw_it_fail() -> None:
    memory = settled(ledger(), refund(status="pending"), at=10_000).after
    looked = settled(memory, session(), refund(status="failed"), looked=True, at=90_000)

    late = settled(looked.after, refund(status="succeeded"), at=40_000)

    assert looked.fulfils
    assert late.after == looked.after


def test_a_failed_refund_is_not_made_good_by_what_was_observed_before() -> None:
    failed = refund(status="failed")
    known = settled(ledger(), session(), failed, looked=True, at=90_000).after

    assert settled(known, refund(status="pending"), at=89_000).after == known
