"""The bulkhead: so many calls to Stripe at once and no more.

A hung Stripe would otherwise take every thread, the webhook's and the health check's too. A rush of
buyers is no such thing: while calls end quickly, the next caller waits its moment for a slot. Once
they do not, few may wait: each has a thread that a webhook would need.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from checkout_service.domain.errors import StripeUnavailable

_PATIENCE = 3.0  # seconds; a call in flight for longer says that Stripe hangs
_SLOW = 1.0  # seconds in flight, after which a call may be one that hangs
_SLOTS_FOR_ONE_WAITING = 6
_RETRY_AFTER = 1  # seconds


class Bulkhead:
    """A fixed number of slots for calls in flight; nobody waits longer than `patience` seconds."""

    def __init__(self, slots: int, patience: float = _PATIENCE, slow: float = _SLOW) -> None:
        self._slots, self._patience, self._slow = slots, patience, slow
        self._few = max(1, slots // _SLOTS_FOR_ONE_WAITING)
        self._given_back = threading.Condition()
        self._waiting = 0
        self._in_flight: dict[object, float] = {}  # call: when it began, the oldest first

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot for one call.

        Raises StripeUnavailable when none is given back in time, and at once while Stripe hangs, or
        seems to and enough wait already.
        """
        call = object()
        self._take(call)
        try:
            yield
        finally:
            with self._given_back:
                del self._in_flight[call]
                self._given_back.notify()

    def _take(self, call: object) -> None:
        came_at = time.monotonic()
        with self._given_back:
            while len(self._in_flight) >= self._slots:
                now, oldest = time.monotonic(), next(iter(self._in_flight.values()))
                until, slow_at = min(came_at, oldest) + self._patience, oldest + self._slow
                if until <= now or (slow_at <= now and self._waiting >= self._few):
                    raise StripeUnavailable(
                        "Too many calls to Stripe are waiting already.", retry_after=_RETRY_AFTER
                    )
                self._waiting += 1
                self._given_back.wait((until if slow_at <= now else min(until, slow_at)) - now)
                self._waiting -= 1
            self._in_flight[call] = time.monotonic()
