"""Days as the shop's own clock cuts them: an hour longer or shorter twice a year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .clock import SECOND, to_datetime

_DAY = timedelta(days=1)


def day_at(moment: int, zone: str) -> date:
    """Return the shop's day at a time (milliseconds UTC)."""
    return to_datetime(moment).astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """Return when the shop's day begins, milliseconds UTC."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * SECOND


def last_midnights(moment: int, zone: str, days: int) -> tuple[int, ...]:
    """Return when each of the last so many days began, the oldest first, and when today ends."""
    today = day_at(moment, zone)
    return tuple(midnight(today + _DAY * n, zone) for n in range(1 - days, 2))
