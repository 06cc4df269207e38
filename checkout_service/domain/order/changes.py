"""Facts of our own, as changes of a ledger: what a person or our own call did."""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain.guard import Difference
from checkout_service.domain.holds import raise_hold
from checkout_service.domain.replaced import replace
from checkout_service.domain.status import AttemptState, Hold

from .ledger import Ledger

Change = Callable[[Ledger], Ledger]


def unchanged(ledger: Ledger) -> Ledger:
    return ledger


def cancel(ledger: Ledger) -> Ledger:
    """Note that the merchant canceled the order; money that still comes is held."""
    return replace(ledger, canceled=True)


def release(name: Hold) -> Change:
    """Take a hold down, for every attempt it was raised for."""

    def change(ledger: Ledger) -> Ledger:
        holds = tuple(
            replace(hold, released=True) if hold.name is name else hold for hold in ledger.holds
        )
        return replace(ledger, holds=holds)

    return change


def lapse(attempt_id: str) -> Change:
    """Guess that nobody comes to pay an attempt any more; money that still comes is welcome."""
    return _close(attempt_id, AttemptState.OPEN, AttemptState.EXPIRED)


def hold(name: Hold, attempt_id: str, *, expected: str, seen: str) -> Change:
    """Put a hold up that the facts alone do not show."""

    def change(ledger: Ledger) -> Ledger:
        return raise_hold(ledger, attempt_id, name, Difference(expected, seen))

    return change


def withdraw(attempt_id: str, *, then: Change = unchanged) -> Change:
    """Guess that a draft was never opened at Stripe, and give it up."""
    close = _close(attempt_id, AttemptState.DRAFT, AttemptState.CANCELED)
    return lambda ledger: then(close(ledger))


def _close(attempt_id: str, was: AttemptState, to: AttemptState) -> Change:
    def change(ledger: Ledger) -> Ledger:
        attempts = tuple(
            replace(attempt, state=to, guessed=True)
            if attempt.id == attempt_id and attempt.state is was
            else attempt
            for attempt in ledger.attempts
        )
        return replace(ledger, attempts=attempts)

    return change
