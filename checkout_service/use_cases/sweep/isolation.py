"""One bad item costs only itself: every job takes its items through here.

What ails everybody (the database or Stripe is away, the reads are spent, the key is refused) ends
the step; whatever else happens at an item is counted against that item, and the next one is taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from checkout_service.domain.errors import (
    CheckoutError,
    DatabaseUnavailable,
    ReadsSpent,
    StripeRejected,
    StripeUnavailable,
)

from .sweep_report import SweepReport

log = logging.getLogger(__name__)

T = TypeVar("T")

# So many items in a row for which Stripe is away: it is away for all of them.
_AWAY = 5


@dataclass(slots=True)
class Tally:
    """Notes what became of each item, and raises what ails everybody.

    `failed` is told which item failed of itself, and how.
    """

    report: SweepReport
    failed: Callable[[str, Exception], object] = lambda _name, _error: None
    away: int = 0

    def note(self, item: str, error: Exception | None) -> None:
        """Raise DatabaseUnavailable, ReadsSpent, and GatewayError when Stripe is away or closed."""
        if error is None:
            self.away = 0
        elif isinstance(error, DatabaseUnavailable | ReadsSpent) or is_everybodys(error):
            raise error
        elif isinstance(error, StripeUnavailable):
            self.away += 1
            self.report.failures.append(f"{item}: {error.code}")
            if self.away >= _AWAY:
                raise error
        else:
            _note(self.report, item, error)
            self.failed(item, error)


def each(
    items: Iterable[T],
    do: Callable[[T], object],
    report: SweepReport,
    *,
    name: Callable[[T], str],
    failed: Callable[[str, Exception], object] = lambda _name, _error: None,
) -> None:
    """Do something with every item, one after the other, and note each as a `Tally` does."""
    tally = Tally(report, failed)
    for item in items:
        tally.note(name(item), error_of(do, item))


def error_of(do: Callable[[T], object], item: T) -> Exception | None:
    """Do something with an item; return what it raised."""
    try:
        do(item)
    except Exception as error:  # noqa: BLE001 - it is noted by who asked
        return error
    return None


def is_everybodys(error: Exception) -> bool:
    """True if the key is refused: no item can be blamed for that."""
    return isinstance(error, StripeRejected) and (
        error.permission or error.reason == "authentication_failed"
    )


def _note(report: SweepReport, item: str, error: Exception) -> None:
    if isinstance(error, CheckoutError):
        log.warning("item.failed", extra={"item": item, "reason": error.code})
        report.failures.append(f"{item}: {error.code}")
    else:
        log.error("item.failed", extra={"item": item}, exc_info=error)
        report.failures.append(f"{item}: {type(error).__name__}")
