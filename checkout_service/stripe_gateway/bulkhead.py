"""The bulkhead: so many calls to Stripe at once and no more. It never waits.

A hung Stripe would otherwise take every thread, the webhook's and the health check's too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from checkout_service.domain.errors import StripeUnavailable

_RETRY_AFTER = 1  # seconds


class Bulkhead:
    """A fixed number of slots for calls in flight."""

    def __init__(self, slots: int) -> None:
        self._free = threading.BoundedSemaphore(slots)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot for one call. Raises StripeUnavailable at once when all are taken."""
        if not self._free.acquire(blocking=False):
            raise StripeUnavailable(
                "Too many calls to Stripe are waiting already.", retry_after=_RETRY_AFTER
            )
        try:
            yield
        finally:
            self._free.release()
