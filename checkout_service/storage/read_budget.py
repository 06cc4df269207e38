"""The ceiling on reads of Stripe, shared by all processes: one row, evenly spaced (GCRA).

At most `per_second` reads start in any second: four fifths flow steadily, one fifth may come in
a burst, which only urgent reads (a buyer waits) may use. So confirms go before the sweep.
"""

from __future__ import annotations

from sqlalchemy import Connection, case, select, update

from checkout_service.domain.clock import MINUTE

from .tables import read_budgets
from .upsert import insert_once

_NAME = "stripe"
_b = read_budgets.c


def take_read(connection: Connection, *, now: int, per_second: int, urgent: bool) -> int:
    """Take one read; 0 if it may start now, else how many milliseconds to wait before asking."""
    gap, burst = spacing(per_second)
    slack = burst if urgent else 0
    free_at = _b.free_at
    too_far = now + burst + MINUTE  # a clock jumped: start over
    start = case((free_at > too_far, now), (free_at > now, free_at), else_=now)
    result = connection.execute(
        update(read_budgets)
        .where(_b.name == _NAME, (free_at <= now + slack) | (free_at > too_far))
        .values(free_at=start + gap)
    )
    if result.rowcount == 1:
        return 0
    found = connection.execute(select(free_at).where(_b.name == _NAME)).scalar()
    if found is None:
        insert_once(connection, read_budgets, {"name": _NAME, "free_at": now + gap})
        return 0
    return max(1, int(found) - now - slack)


def spacing(per_second: int) -> tuple[int, int]:
    """Give the gap between reads and the burst allowed on top, in milliseconds."""
    steady = max(1, per_second * 4 // 5)
    gap = -(-1000 // steady)
    return gap, gap * max(0, per_second - steady - 1)
