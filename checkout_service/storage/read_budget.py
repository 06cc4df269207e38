"""The ceiling on reads of Stripe, shared by all processes: one row, evenly spaced (GCRA).

Fewer than `per_second` reads are granted in any second: two thirds flow steadily, some more may
come in a burst, which only urgent reads (a buyer waits) may use. So confirms go before the sweep.
The rest is kept free: on a busy machine, what was granted in 1.3 seconds can arrive within one.
Whoever books a turn waits for it; the queue is as long as the callers' `ahead` lets it be.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    ScalarSelect,
    bindparam,
    case,
    literal_column,
    select,
    update,
)

from checkout_service.domain.clock import MINUTE
from checkout_service.domain.frozen import frozen

from .tables import read_budgets
from .upsert import insert_once

_NAME = "stripe"
_b = read_budgets.c


@frozen
class Pace:
    """When a read may start, and by how much the next one has to wait; milliseconds."""

    now: int
    gap: int
    burst: int
    slack: int  # how far ahead of its turn a read may start
    ahead: int

    @property
    def terms(self) -> dict[str, Any]:
        return {
            "b_at": self.now,
            "b_gap": self.gap,
            "b_latest": self.now + self.slack + self.ahead,
            "b_too_far": self.now + self.burst + MINUTE,  # a clock jumped: start over
        }

    def wait_of(self, booked: int) -> int:
        """Say how long a read waits that was booked: the next one is free at `booked`."""
        return max(0, booked - self.gap - self.slack - self.now)

    def wait_to_ask(self, free_at: int) -> int:
        """Say how long it takes before it is worth asking again."""
        return max(1, free_at - self.now - self.slack)


def pace_of(*, now: int, per_second: int, urgent: bool, ahead: int = 0) -> Pace:
    """Set the pace of so many reads a second, each within `ahead` milliseconds of being asked."""
    gap, burst = spacing(per_second)
    return Pace(now, gap, burst, burst if urgent else 0, ahead)


def _given(name: str) -> BindParameter[int]:
    return bindparam(f"b_{name}", type_=BigInteger)


_free_at, _at, _too_far = _b.free_at, _given("at"), _given("too_far")
_start = case((_free_at > _too_far, _at), (_free_at > _at, _free_at), else_=_at)
BOOK = (
    update(read_budgets)
    .where(_b.name == literal_column(f"'{_NAME}'"))
    .where((_free_at <= _given("latest")) | (_free_at > _too_far))
    .values(free_at=_start + _given("gap"))
    .returning(_free_at)
)
"""Books the next read, by the terms of a pace, if it may start in time."""
_KNOWN = select(_free_at).where(_b.name == literal_column(f"'{_NAME}'"))


def book_read(
    connection: Connection, *, now: int, per_second: int, urgent: bool, ahead: int = 0
) -> tuple[bool, int]:
    """Book the next read if it may start within `ahead` milliseconds; say how long to wait.

    Booked: how long before it starts. Not booked: how long before it is worth asking again.
    """
    pace = pace_of(now=now, per_second=per_second, urgent=urgent, ahead=ahead)
    return book(connection, pace)


def book(connection: Connection, pace: Pace) -> tuple[bool, int]:
    """Book the next read as `book_read` does."""
    found = connection.execute(BOOK, pace.terms).scalar()
    if found is not None:
        return True, pace.wait_of(int(found))
    known = connection.execute(_KNOWN).scalar()
    if known is not None:
        return False, pace.wait_to_ask(int(known))
    if insert_once(connection, read_budgets, {"name": _NAME, "free_at": pace.now + pace.gap}):
        return True, 0
    return book(connection, pace)  # somebody else was the first of all: stand behind them


def free_at() -> ScalarSelect[int]:
    """Return the expression that tells when the next read is free: null before the first."""
    return select(_b.free_at).where(_b.name == literal_column(f"'{_NAME}'")).scalar_subquery()


def is_spent(free_at: int | None, *, now: int, per_second: int, ahead: int) -> bool:
    """True if an urgent read could not be booked now: whoever only polls need not write."""
    _, burst = spacing(per_second)
    return free_at is not None and now + burst + ahead < free_at <= now + burst + MINUTE


def spacing(per_second: int) -> tuple[int, int]:
    """Return the gap between reads and the burst allowed on top, in milliseconds."""
    steady = max(1, per_second * 2 // 3)
    gap = -(-1000 // steady)
    return gap, gap * ((per_second - steady) // 3)
