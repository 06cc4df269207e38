"""Add up a day of the shop's money, and set beside it what moved on the balance at Stripe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from checkout_service.domain.clock import Clock
from checkout_service.domain.days import day_at, midnight
from checkout_service.domain.errors import PullMode
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.balance import Balance, Movement
from checkout_service.domain.views.day import (
    KINDS,
    TO_THE_BANK,
    Apart,
    DayStatement,
    StripesDay,
    Sum,
)
from checkout_service.storage.admin import day_money
from checkout_service.storage.database import Database

_MOST_PAGES = 20  # of a hundred movements; a busier day is compared by Stripe's own report
_MOST_APART = 20
# https://docs.stripe.com/reports/reporting-categories
_KIND_OF = {
    "charge": "payments",
    "refund": "refunds",
    "partial_capture_reversal": "refunds",
    "dispute": "disputes",
}


@frozen
class ReadDay:
    database: Database
    clock: Clock
    balance: Balance
    time_zone: str
    pull_mode: bool

    def today(self) -> date:
        return day_at(self.clock.now(), self.time_zone)

    def statement(self, day: date) -> DayStatement:
        """Add up what we hold of a day."""
        begins, ends = self._bounds(day)
        with self.database.read() as connection:
            rows = day_money.of_day(connection, begins=begins, ends=ends)
        sums: dict[str, dict[str, Sum]] = {}
        for kind, currency, amount, count in rows:
            sums.setdefault(currency, dict.fromkeys(KINDS, Sum()))[kind] = Sum(count, amount)
        return DayStatement(day, begins, ends, dict(sorted(sums.items())))

    def at_stripe(self, day: date) -> StripesDay:
        """Read what moved at Stripe on a day.

        Raises PullMode, StripeUnavailable, StripeRejected, ReadsSpent.
        """
        if self.pull_mode:
            raise PullMode
        begins, ends = self._bounds(day)
        found, whole = self._movements(begins, ends)
        sums: dict[str, dict[str, Sum]] = {}
        fees: Counter[str] = Counter()
        for one in found:
            kind = _KIND_OF.get(one.category, one.category)
            mine = sums.setdefault(one.currency, dict.fromkeys(KINDS, Sum()))
            mine[kind] = mine.get(kind, Sum()) + Sum(1, one.amount)
            fees[one.currency] += one.fee
        return StripesDay(dict(sorted(sums.items())), fees, self._apart(found), whole)

    def _movements(self, begins: int, ends: int) -> tuple[list[Movement], bool]:
        found: list[Movement] = []
        pages = self.balance.movements(created_from=begins, created_to=ends)
        for n, page in enumerate(pages, start=1):
            if n > _MOST_PAGES:
                return found, False
            found += page
        return found, True

    def _apart(self, found: Iterable[Movement]) -> tuple[Apart, ...]:
        """Choose what no sum of ours has: what is of no kind of ours, what nobody here knows.

        A payment is known by its order alone, which Stripe's balance does not name.
        """
        asked = [
            one
            for one in found
            if _KIND_OF.get(one.category) != "payments" and one.category not in TO_THE_BANK
        ]
        with self.database.read() as connection:
            known = day_money.orders_of(connection, {one.source or "" for one in asked})
        return tuple(
            Apart(one, known.get(one.source or ""))
            for one in asked
            if one.source not in known or one.category not in _KIND_OF
        )[:_MOST_APART]

    def _bounds(self, day: date) -> tuple[int, int]:
        next_day = day + timedelta(days=1)
        return midnight(day, self.time_zone), midnight(next_day, self.time_zone)
