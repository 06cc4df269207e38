"""Every pair of Stripe's words has its reading; unknown words are held, never guessed."""

from __future__ import annotations

import pytest

from checkout_service.domain.facts.reading import read_intent, read_session
from checkout_service.domain.status import AttemptState, Hold

from .build import intent, session

A = AttemptState

SESSIONS = [
    ("open", "unpaid", None, A.OPEN, None),
    ("open", "no_payment_required", None, A.OPEN, None),
    ("open", "paid", None, A.OPEN, None),
    ("complete", "paid", None, A.SUCCEEDED, None),
    ("complete", "no_payment_required", None, A.SUCCEEDED, None),
    ("complete", "unpaid", None, A.PROCESSING, None),
    ("complete", "unpaid", "processing", A.PROCESSING, None),
    ("complete", "unpaid", "requires_action", A.PROCESSING, None),
    ("complete", "unpaid", "requires_confirmation", A.PROCESSING, None),
    ("complete", "unpaid", "requires_payment_method", A.FAILED, None),
    ("complete", "unpaid", "canceled", A.FAILED, None),
    ("complete", "unpaid", "succeeded", A.SUCCEEDED, None),
    ("complete", "unpaid", "requires_capture", A.PROCESSING, Hold.UNCAPTURED),
    ("complete", "unpaid", "sleeping", None, Hold.UNKNOWN_STATUS),
    ("complete", "gratis", None, None, Hold.UNKNOWN_STATUS),
    ("expired", "unpaid", None, A.EXPIRED, None),
    ("expired", "unpaid", "canceled", A.EXPIRED, None),
    ("expired", "unpaid", "succeeded", A.SUCCEEDED, None),
    ("expired", "paid", None, A.SUCCEEDED, None),
    ("paused", "unpaid", None, None, Hold.UNKNOWN_STATUS),
    (None, "unpaid", None, None, Hold.UNKNOWN_STATUS),
]


@pytest.mark.parametrize(("status", "payment", "of_intent", "state", "hold"), SESSIONS)
def test_a_session_reads(
    status: str | None,
    payment: str,
    of_intent: str | None,
    state: AttemptState | None,
    hold: Hold | None,
) -> None:
    inner = intent(status=of_intent) if of_intent else None

    reading = read_session(session(status=status, payment_status=payment, intent=inner))

    assert (reading.state, reading.hold) == (state, hold)


def test_the_event_of_an_async_failure_is_a_failure_without_its_intent() -> None:
    view = session(payment_status="unpaid", async_failed=True)

    assert read_session(view).state is A.FAILED


@pytest.mark.parametrize(
    ("status", "was", "delayed", "state"),
    [
        ("succeeded", A.OPEN, False, A.SUCCEEDED),
        ("processing", A.OPEN, False, A.PROCESSING),
        ("canceled", A.OPEN, False, A.CANCELED),
        ("requires_payment_method", A.OPEN, False, A.OPEN),
        ("requires_payment_method", A.OPEN, True, A.FAILED),
        ("requires_payment_method", A.PROCESSING, False, A.FAILED),
        ("requires_confirmation", A.OPEN, False, A.OPEN),
        ("requires_action", A.OPEN, False, A.OPEN),
        ("requires_capture", A.OPEN, False, A.PROCESSING),
        ("dreaming", A.OPEN, False, None),
    ],
)
def test_a_bare_intent_reads(
    status: str, was: AttemptState, delayed: bool, state: AttemptState | None
) -> None:
    assert read_intent(intent(status=status, delayed_failure=delayed), was=was).state is state
