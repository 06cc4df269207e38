"""Law 3: what we guess never outranks what Stripe says, in every order of arrival."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import Subject
from checkout_service.domain.order import changes
from checkout_service.domain.order.changes import Change
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.settlement import settle
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus

from .build import ATTEMPT, ORDER, SESSION, attempt, fact, intent, ledger, session, settled

A = AttemptState
LINK = {"payment_link": "plink_1", "order_id": None, "attempt_id": None}
OPEN = {"status": "open", "payment_status": "unpaid", "intent_id": None}

# What a fact says, and the state it leaves: whatever we guessed before it or after it.
SESSIONS: list[tuple[dict[str, object], AttemptState]] = [
    ({"payment_status": "unpaid"}, A.PROCESSING),
    ({}, A.SUCCEEDED),
    ({"payment_status": "unpaid", "async_failed": True}, A.FAILED),
    ({"status": "expired", "payment_status": "unpaid", "intent_id": None}, A.EXPIRED),
]
INTENTS: list[tuple[dict[str, object], AttemptState]] = [
    ({"status": "processing"}, A.PROCESSING),
    ({"status": "requires_action", "waits": True}, A.PROCESSING),
    ({}, A.SUCCEEDED),
    ({"status": "canceled"}, A.CANCELED),
    ({"status": "canceled", "cancellation_reason": "abandoned"}, A.EXPIRED),
    ({"status": "requires_payment_method", "delayed_failure": True}, A.FAILED),
]
LAPSED = ledger(attempt(kind=AttemptKind.LINK, link_id="plink_1", session_id=None, reference=ORDER))
DRAFT = ledger(attempt(state=A.DRAFT, session_id=None))
BARE = ledger(attempt(state=A.DRAFT, session_id=None, kind=AttemptKind.INTENT))

STORIES: list[tuple[Ledger, Change, Subject, AttemptState]] = [
    *((LAPSED, changes.lapse(ATTEMPT), session(**LINK, **c), to) for c, to in SESSIONS),
    *((DRAFT, changes.withdraw(ATTEMPT), session(**c), to) for c, to in SESSIONS),
    *((BARE, changes.withdraw(ATTEMPT), intent(**c), to) for c, to in INTENTS),
]


def steps(change: Change, shown: Fact) -> list[Callable[[Ledger], Ledger]]:
    return [
        lambda now: settle(now, [], new_attempt_id="", change=change).after,
        lambda now: settle(now, [shown], new_attempt_id="").after,
    ]


@pytest.mark.parametrize(("before", "guess", "subject", "state"), STORIES)
@pytest.mark.parametrize("at", [0, 1_800_000_000_000])
def test_a_guess_gives_way_to_any_fact_before_it_or_after_it(
    before: Ledger, guess: Change, subject: Subject, state: AttemptState, at: int
) -> None:
    for order in itertools.permutations(steps(guess, fact(subject, looked=True, at=at))):
        now = before
        for step in order:
            now = step(now)
        (after,) = now.attempts
        assert (after.state, after.guessed) == (state, False)


@pytest.mark.parametrize(("before", "guess", "subject", "state"), STORIES[: 2 * len(SESSIONS)])
def test_an_events_old_memory_of_a_session_replaces_a_guess_too(
    before: Ledger, guess: Change, subject: Subject, state: AttemptState
) -> None:
    guessed = settle(before, [], new_attempt_id="", change=guess).after

    (after,) = settled(guessed, subject, at=1_000, fresh=False).after.attempts

    assert (after.state, after.guessed) == (state, False)


@pytest.mark.parametrize(
    ("before", "guess", "opened"),
    [
        (LAPSED, changes.lapse(ATTEMPT), session(**LINK, **OPEN)),
        (DRAFT, changes.withdraw(ATTEMPT), session(**OPEN)),
        (BARE, changes.withdraw(ATTEMPT), intent(status="requires_payment_method")),
    ],
)
def test_what_we_gave_up_and_stripe_shows_open_is_open_again(
    before: Ledger, guess: Change, opened: Subject
) -> None:
    guessed = settle(before, [], new_attempt_id="", change=guess).after
    assert guessed.attempts[0].guessed

    after = settled(guessed, opened, looked=True).after

    assert (after.attempts[0].state, after.attempts[0].guessed) == (A.OPEN, False)
    assert after.status is OrderStatus.PENDING


def test_a3_a_link_that_lapsed_is_paid_by_a_delayed_method() -> None:
    lapsed = settle(LAPSED, [], new_attempt_id="", change=changes.lapse(ATTEMPT)).after
    assert lapsed.status is OrderStatus.EXPIRED

    processing = settled(lapsed, session(**LINK, payment_status="unpaid")).after
    paid = settled(processing, session(**LINK)).after

    assert processing.status is OrderStatus.PROCESSING
    assert (paid.status, paid.fulfilled) == (OrderStatus.PAID, True)


@pytest.mark.parametrize("state", [s for s in AttemptState if s is not A.OPEN])
def test_only_what_waits_for_a_buyer_lapses(state: AttemptState) -> None:
    known = attempt(state=state)

    assert changes.lapse(ATTEMPT)(ledger(known)).attempts == (known,)


@pytest.mark.parametrize("state", [s for s in AttemptState if s is not A.DRAFT])
def test_only_a_draft_is_withdrawn(state: AttemptState) -> None:
    known = attempt(state=state)

    assert changes.withdraw(ATTEMPT)(ledger(known)).attempts == (known,)


def test_a_session_found_open_after_it_was_given_up_for_another_is_not_payable_twice() -> None:
    given_up = attempt(state=A.CANCELED, guessed=True, session_id=None)
    rival = attempt(id="att_2", seq=2, session_id="cs_test_2")

    after = settled(ledger(given_up, rival), session(**OPEN), looked=True).after

    stray, open_one = after.attempts
    assert (stray.session_id, stray.state, stray.guessed) == (SESSION, A.EXPIRED, True)
    assert stray.stripe_status == "open"  # so that the sweep closes it
    assert open_one.state is A.OPEN


def test_an_event_of_a_withdrawn_intent_that_is_on_its_way_links_it_for_a_look() -> None:
    """An intent goes back and forth, so an event moves it only to an end."""
    withdrawn = settle(BARE, [], new_attempt_id="", change=changes.withdraw(ATTEMPT)).after

    heard = settled(withdrawn, intent(status="processing")).after
    looked = settled(heard, intent(status="processing"), looked=True).after

    assert (heard.attempts[0].intent_id, heard.attempts[0].guessed) == ("pi_1", True)
    assert (looked.attempts[0].state, looked.status) == (A.PROCESSING, OrderStatus.PROCESSING)
