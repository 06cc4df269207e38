"""The ceiling on reads of Stripe, shared by all processes: one row, evenly spaced (GCRA).

Fewer than `per_second` reads are granted in any second: two thirds flow steadily, some more may
come in a burst, which only urgent reads (a buyer waits) may use. So confirms go before the sweep.
The rest is kept free: on a busy machine, what was granted in 1.3 seconds can arrive within one.
Whoever books a turn waits for it; the queue is as long as the callers' `ahead` lets it be.
"""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, case, literal_column, select, update

from checkout_service.domain.clock import MINUTE

from .tables import read_budgets
from .upsert import insert_once

_NAME = "stripe"
_b = read_budgets.c


def book_read(
    connection: Connection, *, now: int, per_second: int, urgent: bool, ahead: int = 0
) -> tuple[bool, int]:
    """Book the next read if it may start within `ahead` milliseconds; say how long to wait.

    Booked: how long before it starts. Not booked: how long before it is worth asking again.
    """
    gap, burst = spacing(per_second)
    slack = burst if urgent else 0
    free_at = _b.free_at
    too_far = now + burst + MINUTE  # a clock jumped: start over
    start = case((free_at > too_far, now), (free_at > now, free_at), else_=now)
    found = connection.execute(
        update(read_budgets)
        .where(_b.name == _NAME, (free_at <= now + slack + ahead) | (free_at > too_far))
        .values(free_at=start + gap)
        .returning(free_at)
    ).scalar()
    if found is not None:
        return True, max(0, int(found) - gap - slack - now)
    known = connection.execute(select(free_at).where(_b.name == _NAME)).scalar()
    if known is not None:
        return False, max(1, int(known) - now - slack)
    if insert_once(connection, read_budgets, {"name": _NAME, "free_at": now + gap}):
        return True, 0
    # Somebody else was the first of all: stand behind them.
    return book_read(connection, now=now, per_second=per_second, urgent=urgent, ahead=ahead)


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
