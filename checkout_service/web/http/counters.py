"""Counters of requests: in Redis when there is one and it answers, else in this process.

Both count by a sliding window: what remains of the previous window's count wanes as this one
goes on, so no burst at its edge passes twice. Whoever has asked a lot is not forgotten because many
others ask once.
"""

from __future__ import annotations

import logging
import math
import threading
import time

from limits import RateLimitItem
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

log = logging.getLogger(__name__)

_MOST_KEYS = 100_000
_LEAVE_REDIS_ALONE = 10.0  # seconds


class OwnCounters:
    """Counts in this process; old windows are forgotten, memory is bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, int], tuple[int, int, int]] = {}

    def hit(self, limit: RateLimitItem, key: str) -> float | None:
        """Count one request; return the seconds to wait if it is one too many."""
        now, span = time.monotonic(), limit.get_expiry()
        window, gone = int(now // span), now % span / span
        with self._lock:
            at, count, before = self._seen.get((key, span), (window, 0, 0))
            if at != window:
                count, before = 0, count if at == window - 1 else 0
            if count + before * (1 - gone) >= limit.amount:
                return span * (1 - gone)
            self._seen[key, span] = (window, count + 1, before)
            if len(self._seen) > _MOST_KEYS:
                self._forget(now)
        return None

    def _forget(self, now: float) -> None:
        """Forget old windows; of too many that are new, those who asked least."""
        fresh = {k: v for k, v in self._seen.items() if v[0] >= int(now // k[1]) - 1}
        if len(fresh) > _MOST_KEYS // 2:
            by_count = sorted(fresh.items(), key=lambda item: item[1][1] + item[1][2])
            fresh = dict(by_count[-_MOST_KEYS // 2 :])
        self._seen = fresh


class Counters:
    """Redis with a fall-back: a Redis that does not answer is left alone for some seconds."""

    def __init__(self, redis_url: str | None) -> None:
        self._own = OwnCounters()
        self._shared = None
        self._away_until = -math.inf
        if redis_url is not None:
            storage = storage_from_string(redis_url, socket_connect_timeout=1, socket_timeout=1)
            self._shared = SlidingWindowCounterRateLimiter(storage)
            self._failures = storage.base_exceptions

    def hit(self, limit: RateLimitItem, key: str) -> float | None:
        """Count one request; return the seconds to wait if it is one too many."""
        if self._shared is not None and time.monotonic() > self._away_until:
            try:
                if self._shared.hit(limit, key):
                    return None
                return self._shared.get_window_stats(limit, key).reset_time - time.time()
            except self._failures as error:
                self._away_until = time.monotonic() + _LEAVE_REDIS_ALONE
                log.warning("limits.redis_away", extra={"error": type(error).__name__})
        return self._own.hit(limit, key)
