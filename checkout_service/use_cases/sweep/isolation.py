"""One bad item costs only itself: every job takes its items through here.

What ails everybody (the database or Stripe is away, the reads are spent, the key is refused) ends
the step; whatever else happens at an item is counted against that item, and the next one is taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
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


def each(
    items: Iterable[T],
    do: Callable[[T], object],
    report: SweepReport,
    *,
    name: Callable[[T], str],
    failed: Callable[[str, Exception], object] = lambda _name, _error: None,
) -> None:
    """Do something with every item; `failed` is told which item failed of itself, and how.

    Raises DatabaseUnavailable, ReadsSpent, and GatewayError when Stripe is away or refuses the key.
    """
    away = 0
    for item in items:
        try:
            do(item)
        except (DatabaseUnavailable, ReadsSpent):
            raise
        except StripeUnavailable as error:
            away += 1
            report.failures.append(f"{name(item)}: {error.code}")
            if away >= _AWAY:
                raise
        except Exception as error:
            if is_everybodys(error):
                raise
            _note(report, name(item), error)
            failed(name(item), error)
        else:
            away = 0


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
