"""Law 9: one status of a payment means one thing, behind a session, a link or alone."""

from __future__ import annotations

import pytest

from checkout_service.domain.facts.snapshots import IntentView, SessionView, Subject
from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus

from .build import ORDER, attempt, intent, ledger, session, settled

S = OrderStatus
BARE = ledger(attempt(kind=AttemptKind.INTENT, session_id=None, intent_id="pi_1"))
LINK = ledger(attempt(kind=AttemptKind.LINK, link_id="plink_1", session_id=None, reference=ORDER))

# The intent's status, whether a voucher or transfer was shown, what its session says meanwhile,
# and the one thing that it means.
MEANINGS: list[tuple[str, bool, tuple[str, str], OrderStatus, Hold | None]] = [
    ("requires_payment_method", False, ("open", "unpaid"), S.PENDING, None),
    ("requires_confirmation", False, ("open", "unpaid"), S.PENDING, None),
    ("requires_action", False, ("open", "unpaid"), S.PENDING, None),
    ("requires_action", True, ("open", "unpaid"), S.PROCESSING, None),
    ("requires_action", True, ("complete", "unpaid"), S.PROCESSING, None),
    ("processing", False, ("open", "unpaid"), S.PROCESSING, None),
    ("processing", False, ("complete", "unpaid"), S.PROCESSING, None),
    ("requires_capture", False, ("complete", "unpaid"), S.PROCESSING, Hold.UNCAPTURED),
    ("succeeded", False, ("complete", "paid"), S.PAID, None),
    ("succeeded", False, ("expired", "paid"), S.PAID, None),
    ("dreaming", False, ("complete", "unpaid"), S.PENDING, Hold.UNKNOWN_STATUS),
]


def payment(status: str, *, waits: bool = False, **more: object) -> IntentView:
    received = 5000 if status == "succeeded" else 0
    return intent(status=status, waits=waits, amount_received=received, **more)


def behind(payment: IntentView, words: tuple[str, str], **more: object) -> SessionView:
    return session(status=words[0], payment_status=words[1], intent=payment, **more)


@pytest.mark.parametrize(("status", "waits", "words", "meaning", "hold"), MEANINGS)
def test_a_status_means_the_same_behind_a_session_a_link_and_alone(
    status: str, waits: bool, words: tuple[str, str], meaning: OrderStatus, hold: Hold | None
) -> None:
    shown = payment(status, waits=waits)
    through_link = behind(shown, words, payment_link="plink_1", order_id=None, attempt_id=None)

    for before, subject in (
        (BARE, shown),
        (ledger(), behind(shown, words)),
        (LINK, through_link),
    ):
        after = settled(before, subject, looked=True).after
        assert after.status is meaning
        assert after.active_holds == (() if hold is None else (hold,))


@pytest.mark.parametrize(
    ("reason", "state", "status"),
    [
        ("abandoned", AttemptState.EXPIRED, S.EXPIRED),
        ("requested_by_customer", AttemptState.CANCELED, S.FAILED),
        (None, AttemptState.CANCELED, S.FAILED),
    ],
)
@pytest.mark.parametrize("looked", [True, False])
def test_an_intent_canceled_because_nobody_came_is_expired(
    reason: str | None, state: AttemptState, status: OrderStatus, looked: bool
) -> None:
    canceled = payment("canceled", cancellation_reason=reason)

    after = settled(BARE, canceled, looked=looked).after

    assert (after.attempts[0].state, after.status) == (state, status)


@pytest.mark.parametrize(("reason", "status"), [("abandoned", S.EXPIRED), (None, S.FAILED)])
def test_a_completed_session_whose_intent_was_canceled_is_over(
    reason: str | None, status: OrderStatus
) -> None:
    over = behind(payment("canceled", cancellation_reason=reason), ("complete", "unpaid"))

    assert settled(ledger(), over, looked=True).after.status is status


VOUCHER = payment("requires_action", waits=True, waits_until=9_000_000)


@pytest.mark.parametrize(
    ("before", "subject"), [(BARE, VOUCHER), (ledger(), behind(VOUCHER, ("complete", "unpaid")))]
)
def test_a_voucher_that_nobody_paid_ends_as_the_method_failed(
    before: object, subject: Subject
) -> None:
    waiting = settled(before, subject, looked=True, at=1_000).after  # type: ignore[arg-type]
    lapsed = payment("requires_payment_method", delayed_failure=True)
    end = lapsed if isinstance(subject, IntentView) else behind(lapsed, ("complete", "unpaid"))

    after = settled(waiting, end, looked=True, at=60_000).after

    assert (waiting.status, after.status) == (S.PROCESSING, S.FAILED)


def test_an_intents_voucher_lives_until_its_own_end() -> None:
    waiting = settled(BARE, VOUCHER, looked=True).after
    later = settled(waiting, payment("requires_payment_method"), looked=True).after

    assert waiting.attempts[0].expires_at == 9_000_000
    assert later.attempts[0].expires_at == 9_000_000
