"""Where the sandbox has its time from: the machine, or whoever runs it in their own process."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Time(Protocol):
    """Seconds since the epoch, UTC, before the sandbox's own clock is moved."""

    def time(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class RealTime:
    """The machine's."""

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def now_as_text(source: Time) -> str:
    """Tell the time for a log, to the millisecond."""
    return as_text(source.time())


def as_text(seconds: float) -> str:
    """Write a time as the v2 API does, to the millisecond."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
