"""How business goes: money per currency and the way orders take, over today, 7 and 30 days.

Computed figures are kept for a while as long as they were dear: a page over a million orders
answers like one over a thousand.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from checkout_service.domain.clock import MINUTE, SECOND, Clock
from checkout_service.domain.days import last_midnights
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.admin import Figures, Period, Takings
from checkout_service.storage.admin import figures
from checkout_service.storage.database import Database

_PERIODS = (1, 7, 30)
_LONGEST = max(_PERIODS)
_NAME = "takings"
# Figures that took a second are kept for a minute.
_KEPT_FOR_COST, _KEPT_AT_MOST = 60, 5 * MINUTE


@frozen
class _Rows:
    opened: Sequence[figures.DayRow]
    paid: Sequence[figures.DayMoney]
    refunded: Sequence[figures.DayMoney]
    disputed: Sequence[figures.DayMoney]


@frozen
class ReadFigures:
    database: Database
    clock: Clock
    time_zone: str

    def read(self) -> Figures:
        """Return the figures, fresh to within a minute or so; days are the shop's."""
        now = self.clock.now()
        midnights = last_midnights(now, self.time_zone, _LONGEST)
        with self.database.read() as connection:
            kept = figures.kept(connection, _NAME)
        if kept is not None and kept.at <= now < kept.fresh_until:
            known = _from_json(kept.body)
            if known.midnights == midnights:
                return known
        began = time.perf_counter()
        computed = self._compute(now, midnights)
        cost = int((time.perf_counter() - began) * SECOND)
        fresh_until = now + min(cost * _KEPT_FOR_COST, _KEPT_AT_MOST)
        body = json.dumps(asdict(computed))
        self.database.write(lambda c: figures.keep(c, _NAME, body, at=now, fresh_until=fresh_until))
        return computed

    def _compute(self, now: int, midnights: tuple[int, ...]) -> Figures:
        with self.database.read() as connection:
            rows = _Rows(
                figures.orders_by_day(connection, midnights),
                figures.payments_by_day(connection, midnights),
                figures.refunds_by_day(connection, midnights),
                figures.disputes_by_day(connection, midnights),
            )
        return Figures(now, midnights, tuple(_period(days, rows) for days in _PERIODS))


def _period(days: int, rows: _Rows) -> Period:
    by_status: Counter[str] = Counter()
    for row in rows.opened:
        if _place(row.day, days) >= 0:
            by_status[row.status] += row.orders
    paid, refunded, disputed = (
        _sums(days, money) for money in (rows.paid, rows.refunded, rows.disputed)
    )
    none = [0] * days
    takings = []
    for name in sorted({*paid, *refunded, *disputed}):
        back = [refunded.get(name, none), disputed.get(name, none)]
        takings.append(
            Takings(
                name,
                paid=sum(paid.get(name, none)),
                refunded=sum(back[0]),
                disputed=sum(back[1]),
                by_day=tuple(paid.get(name, none)),
                back_by_day=tuple(map(sum, zip(*back, strict=True))),
            )
        )
    return Period(days, sum(by_status.values()), dict(by_status), tuple(takings))


def _sums(days: int, rows: Iterable[figures.DayMoney]) -> dict[str, list[int]]:
    """Add up what falls into the last so many days, by currency and day."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        place = _place(row.day, days)
        if place >= 0:
            sums.setdefault(row.currency, [0] * days)[place] += row.amount
    return sums


def _place(day: int, days: int) -> int:
    """Number a day within the last so many; a clock ahead of ours writes into tomorrow."""
    return min(day, _LONGEST - 1) - (_LONGEST - days)


def _from_json(body: str) -> Figures:
    said = json.loads(body)
    periods = tuple(
        Period(
            one["days"],
            one["created"],
            one["by_status"],
            tuple(
                Takings(
                    **t | {"by_day": tuple(t["by_day"]), "back_by_day": tuple(t["back_by_day"])}
                )
                for t in one["takings"]
            ),
        )
        for one in said["periods"]
    )
    return Figures(said["at"], tuple(said["midnights"]), periods)
