"""Facts of our own, as changes of a ledger: what a person or our own call did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .ledger import Ledger
from .merge import raise_holds
from .status import AttemptState, Hold

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
    """Let an attempt expire that nobody came to pay; money that still comes is welcome."""
    return _close(attempt_id, AttemptState.OPEN, AttemptState.EXPIRED)


def hold(name: Hold, attempt_id: str) -> Change:
    """Put a hold up that the facts alone do not show."""

    def change(ledger: Ledger) -> Ledger:
        return raise_holds(ledger, attempt_id, {name})

    return change


def withdraw(attempt_id: str, *, then: Change = unchanged) -> Change:
    """Give up a draft that was never opened: it can never be paid."""
    close = _close(attempt_id, AttemptState.DRAFT, AttemptState.CANCELED)
    return lambda ledger: then(close(ledger))


def _close(attempt_id: str, was: AttemptState, to: AttemptState) -> Change:
    def change(ledger: Ledger) -> Ledger:
        attempts = tuple(
            replace(attempt, state=to)
            if attempt.id == attempt_id and attempt.state is was
            else attempt
            for attempt in ledger.attempts
        )
        return replace(ledger, attempts=attempts)

    return change
