"""Time as the product sees it: integer milliseconds since the epoch, UTC.

Integers sort, compare and store alike on every database, with no time zone to lose.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_OFFSET_REREAD_SECONDS = 0.2


class Clock(Protocol):
    def now(self) -> int:
        """Tell the time in milliseconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Tell the seconds since some moment: for spans, which no correction of the time moves."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let the caller wait."""
        ...


class SystemClock:
    """The machine's clock, moved by the seconds found in an offset file (drills only)."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file
        self._offset = 0
        self._read_at = float("-inf")

    def now(self) -> int:
        return int(time.time() * SECOND) + self._offset_ms()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _offset_ms(self) -> int:
        if self._offset_file is None:
            return 0
        if time.monotonic() - self._read_at > _OFFSET_REREAD_SECONDS:
            self._read_at = time.monotonic()
            self._offset = _read_offset(self._offset_file)
        return self._offset


def _read_offset(path: Path) -> int:
    try:
        return int(float(path.read_text("ascii").strip() or 0) * SECOND)
    except (OSError, ValueError):
        return 0


def to_datetime(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / SECOND, UTC)


def rfc3339(millis: int) -> str:
    """Write a time as RFC 3339 in UTC, to the millisecond."""
    return to_datetime(millis).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> int:
    """Read an RFC 3339 time as milliseconds UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return round((moment - datetime.fromtimestamp(0, UTC)) / timedelta(milliseconds=1))
