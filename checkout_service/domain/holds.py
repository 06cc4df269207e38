"""Put holds up: once for an attempt, with what was expected and what was seen."""

from __future__ import annotations

from collections.abc import Mapping

from checkout_service.domain.replaced import replace

from .errors import CheckoutError
from .guard import Difference
from .order.ledger import Ledger, RaisedHold
from .status import Hold


class NoSuchHold(CheckoutError):
    code = "no_such_hold"

    def __init__(self, name: str = "") -> None:
        words = name.replace("_", " ")
        super().__init__(
            f"The order is not held for {words}, or not any more."
            if name
            else "The order is not held."
        )


def raise_hold(
    ledger: Ledger, attempt_id: str, name: Hold, difference: Difference, *, seen_at: int = 0
) -> Ledger:
    """Put a hold up for an attempt; one that was ever up for it, released or not, stays as it is.

    `seen_at` is when it was observed at Stripe, milliseconds UTC; 0 leaves it to the writer.
    """
    if any(hold.name is name and hold.attempt_id == attempt_id for hold in ledger.holds):
        return ledger
    new = RaisedHold(
        name, attempt_id, expected=difference.expected, seen=difference.seen, seen_at=seen_at
    )
    return replace(ledger, holds=(*ledger.holds, new))


def raise_holds(
    ledger: Ledger, attempt_id: str, found: Mapping[Hold, Difference], *, seen_at: int
) -> Ledger:
    """Put up all of these holds, in the order of their names."""
    for name in sorted(found):
        ledger = raise_hold(ledger, attempt_id, name, found[name], seen_at=seen_at)
    return ledger
