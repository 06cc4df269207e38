"""Telling the merchant's backend: the door in our words, and when a message is tried again.

Times are milliseconds UTC. A rung of the ladder is climbed by a failed try and by time alike, so
that probes and flapping receivers never use a message up before its three days are over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import accumulate
from typing import Protocol

from checkout_service.domain.clock import HOUR, MINUTE, SECOND
from checkout_service.domain.frozen import frozen

# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
LADDER = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
_HEIGHTS = tuple(accumulate(LADDER))

# A receiver may ask for a pause, not for silence: one broken header must not cost a day.
LONGEST_PAUSE = 2 * HOUR

# A message that was written while nobody wanted any, and one that somebody asked for.
UNHEARD, ASKED = "unheard", "asked"
# One that each receiver has a delivery of its own of.
SHARED = "shared"

FIRST_PROBE = 5 * SECOND
# A minute less the time it takes to hand over what waited: all arrives within the minute.
PROBE_EVERY = 55 * SECOND

_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
_REFUSAL = re.compile(r"HTTP (?!429|503)[45]\d\d")


@frozen
class Delivered:
    """A 2xx: the message is the receiver's now."""


@frozen
class Failed:
    """Not delivered, for a reason fit for a log; `retry_after` in seconds if the receiver said."""

    reason: str
    retry_after: int | None = None

    def __str__(self) -> str:
        asked = "" if self.retry_after is None else f", retry after {self.retry_after} s"
        return f"{self.reason}{asked}"


@frozen
class Gone:
    """A 410: the receiver wants no more messages."""


Outcome = Delivered | Failed | Gone


class Receiver(Protocol):
    """One of the merchant's backends; `name` tells them apart without giving an address away."""

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str:
        """Its host and port, for people."""
        ...

    def send(self, message_id: str, body: str) -> Outcome:
        """Send one message, signed. Every failure is an outcome, none is raised."""
        ...


def next_try(*, tries: int, age: int, now: int, retry_after: int | None = None) -> int | None:
    """Return when a message is due again; None when it is a dead letter.

    `tries` counts failed tries, this one included; `age` is the message's, in milliseconds.
    """
    rung = min(tries - 1, bisect_right(_HEIGHTS, age))
    if rung >= len(LADDER):
        return None
    return now + max(LADDER[rung], pause(retry_after))


def pause(retry_after: int | None) -> int:
    """Return the pause a receiver asked for, in milliseconds, bounded."""
    return min(max(0, retry_after or 0) * SECOND, LONGEST_PAUSE)


def may_be_the_message(failure: str) -> bool:
    """True if a failure may lie in the one message, and not in the receiver as a whole."""
    return _REFUSAL.fullmatch(failure) is not None


def read_retry_after(value: str | None, *, now: datetime) -> int | None:
    """Read a Retry-After header (RFC 9110, 10.2.3) as seconds; None when it says nothing."""
    if value is None:
        return None
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return int(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, round((at - now).total_seconds()))
