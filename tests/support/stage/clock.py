"""One time for the service and for Stripe, which passes only when somebody lets it."""

from __future__ import annotations

import math

from checkout_service.domain.clock import SECOND

NOON = 1_790_000_000_000  # some noon, milliseconds UTC


class VirtualClock:
    """The service's `Clock` and the sandbox's `Time` in one; waiting takes no time."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def time(self) -> float:
        return self.at / SECOND

    def monotonic(self) -> float:
        return self.at / SECOND

    def sleep(self, seconds: float) -> None:
        """Move on by at least what was asked for, so that whoever waits for a moment sees it."""
        self.at += math.ceil(seconds * SECOND)
