"""How business goes: money per currency and the way orders take, over today, 7 and 30 days.

Computed figures are kept for a while as long as they were dear: a page over a million orders
answers like one over a thousand.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from checkout_service.domain.clock import DAY, MINUTE, SECOND, Clock
from checkout_service.domain.views.admin import Figures, Period, Takings
from checkout_service.storage.admin import figures
from checkout_service.storage.database import Database

_PERIODS = (1, 7, 30)
_LONGEST = max(_PERIODS)
_NAME = "overview"
# Figures that took a second are kept for a minute.
_KEPT_FOR_COST, _KEPT_AT_MOST = 60, 5 * MINUTE


@dataclass(frozen=True, slots=True)
class ReadFigures:
    database: Database
    clock: Clock

    def read(self) -> Figures:
        """Return the figures, fresh to within a minute or so; days begin at midnight UTC."""
        now = self.clock.now()
        with self.database.read() as connection:
            kept = figures.kept(connection, _NAME)
        today = now - now % DAY
        if kept is not None and kept.at <= now < kept.fresh_until and kept.at >= today:
            return _from_json(kept.body)
        began = time.perf_counter()
        computed = self._compute(now, today)
        cost = int((time.perf_counter() - began) * SECOND)
        fresh_until = now + min(cost * _KEPT_FOR_COST, _KEPT_AT_MOST)
        body = json.dumps(asdict(computed))
        self.database.write(lambda c: figures.keep(c, _NAME, body, at=now, fresh_until=fresh_until))
        return computed

    def _compute(self, now: int, today: int) -> Figures:
        since = today - (_LONGEST - 1) * DAY
        with self.database.read() as connection:
            rows = figures.orders_by_day(connection, since=since)
            given_back = figures.refunds_by_day(connection, since=since)
        return Figures(now, today, tuple(_period(days, rows, given_back) for days in _PERIODS))


def _period(
    days: int, rows: Sequence[figures.DayRow], given_back: Sequence[tuple[int, str, int]]
) -> Period:
    first = _LONGEST - days
    by_status: Counter[str] = Counter()
    paid: dict[str, list[int]] = defaultdict(lambda: [0] * days)
    refunded: Counter[str] = Counter()
    for row in rows:
        place = min(row.day, _LONGEST - 1) - first  # a clock ahead of ours writes into tomorrow
        if place >= 0:
            by_status[row.status] += row.orders
            if row.paid:
                paid[row.currency][place] += row.paid
    for day, currency, amount in given_back:
        if day >= first:
            refunded[currency] += amount
    takings = tuple(
        Takings(name, sum(paid[name]), refunded[name], tuple(paid[name]))
        for name in sorted({*paid, *refunded})
    )
    return Period(days, sum(by_status.values()), dict(by_status), takings)


def _from_json(body: str) -> Figures:
    said = json.loads(body)
    periods = tuple(
        Period(
            one["days"],
            one["created"],
            one["by_status"],
            tuple(
                Takings(t["currency"], t["paid"], t["refunded"], tuple(t["by_day"]))
                for t in one["takings"]
            ),
        )
        for one in said["periods"]
    )
    return Figures(said["at"], said["today"], periods)
