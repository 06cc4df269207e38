"""What the list of orders is narrowed to: kept in its address alone, so that it can be shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkout_service.domain.clock import SECOND
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.order_filter import OrderFilter
from checkout_service.web.context import shop

from .blueprint import asked

HELD = "held"
STATUSES = (*(status.value for status in OrderStatus), HELD)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A status, and the first and the last day by the shop's clock; None where all is wanted."""

    status: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def filter(self) -> OrderFilter:
        return OrderFilter(
            status=None if self.status == HELD else self.status,
            held=self.status == HELD,
            created_after=None if self.since is None else _midnight(self.since) - 1,
            created_before=None if self.until is None else _midnight(self.until + _DAY),
        )

    @property
    def days(self) -> dict[str, str]:
        """Return the days as the address carries them."""
        named = {"since": self.since, "until": self.until}
        return {name: day.isoformat() for name, day in named.items() if day is not None}

    @property
    def words(self) -> dict[str, str]:
        """Return all of it as the address carries it."""
        return self.days | ({"status": self.status} if self.status else {})


_DAY = timedelta(days=1)
_FIRST, _LAST = date(2000, 1, 1), date(9000, 1, 1)


def read() -> ListFilter:
    """Read the address; what is no status or no day asks for nothing."""
    status = asked("status")
    return ListFilter(status if status in STATUSES else None, _day("since"), _day("until"))


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(asked(name) or "")
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(shop().time_zone)).timestamp()) * SECOND
