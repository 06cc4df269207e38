"""Calendar arithmetic of subscriptions: the end of the nth period after an anchor, in UTC."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from .store import Json

_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def end_of(anchor: int, turn: int, every: Json) -> int:
    """Return the end (seconds) of period `turn`, counted from 1, of a price's `recurring`.

    What began on a 31st ends on the last day of a shorter month, and on the 31st again after it.
    """
    interval, count = every["interval"], every["interval_count"]
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in _DAYS:
        return int((start + timedelta(days=_DAYS[interval] * count * turn)).timestamp())
    months = start.month - 1 + _MONTHS[interval] * count * turn
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())
