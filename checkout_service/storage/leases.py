"""Leases in the database: who may do a thing now, until when. A dead holder's lease runs out."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, true, update

from checkout_service.domain.clock import MINUTE
from checkout_service.domain.schedule import MONTH, most_reads

from .tables import leases, orders
from .upsert import insert_once

_l = leases.c

# Machines' clocks differ a little; a lease that reaches this much further than any lease can was
# made by a clock that jumped, and is void.
VOID_BEYOND = MINUTE


def take_lease(connection: Connection, name: str, *, owner: str, now: int, for_ms: int) -> bool:
    """Take or renew a lease, unless somebody else holds it."""
    insert_once(connection, leases, {"name": name, "owner": "", "until": 0})
    void = now + for_ms + VOID_BEYOND
    result = connection.execute(
        update(leases)
        .where(_l.name == name, or_(_l.owner == owner, _l.until < now, _l.until > void))
        .values(owner=owner, until=now + for_ms)
    )
    return result.rowcount == 1


def end_lease(connection: Connection, name: str, *, owner: str) -> None:
    connection.execute(update(leases).where(_l.name == name, _l.owner == owner).values(until=0))


# Whoever comes back finds out at once; whoever polls for hours leaves the order its budget.
_RESTS = ((8, 1), (12, 4), (16, 16), (20, 128))  # up to so many reads: so many windows
_LONGEST_REST = 1_024


def take_look(
    connection: Connection,
    order_id: str,
    *,
    now: int,
    for_ms: int,
    window_ms: int,
    urgent: bool = False,
) -> int | None:
    """Take the right to look an order up: one look at a time, and none within the window.

    A window of 0 asks for the lease alone, whatever another machine's clock wrote down of the last
    look. The window grows with the reads that the order has
    cost, and beyond its budget there is no look. Returns how many looks were requested so far;
    None when somebody else looks or the time has not come.
    """
    o = orders.c
    free = or_(
        o.look_lease_until.is_(None),
        o.look_lease_until < now,
        o.look_lease_until > now + for_ms + VOID_BEYOND,
    )
    rest = window_ms * case(*((o.reads < n, much) for n, much in _RESTS), else_=_LONGEST_REST)
    rested = (
        or_(o.looked_at.is_(None), o.looked_at + rest <= now, o.looked_at > now + VOID_BEYOND)
        if window_ms
        else true()
    )
    requests = connection.execute(
        update(orders)
        .where(and_(o.id == order_id, free, rested, _within_budget(now, urgent=urgent)))
        .values(look_lease_until=now + for_ms)
        .returning(o.look_wishes)
    ).scalar()
    return None if requests is None else int(requests)


def has_reads(connection: Connection, order_id: str, *, now: int) -> bool:
    """True if the order's budget has reads left for the sweep."""
    statement = select(_within_budget(now, urgent=False)).where(orders.c.id == order_id)
    return bool(connection.execute(statement).scalar())


def _within_budget(now: int, *, urgent: bool) -> ColumnElement[bool]:
    """Compare the reads of this month of the order's life with what a month may take."""
    o = orders.c
    window = _window(now)
    most = case((window == 0, most_reads(0, urgent=urgent)), else_=most_reads(1, urgent=urgent))
    return or_(o.reads_window != window, o.reads < most)


def _window(now: int) -> ColumnElement[int]:
    age = case((orders.c.created_at < now, now - orders.c.created_at), else_=0)
    return age // MONTH


def is_free(
    lease_until: int | None,
    looked_at: int | None,
    *,
    now: int,
    for_ms: int,
    window_ms: int,
    reads: int = 0,
) -> bool:
    """True if `take_look` would find it free: whoever only polls need not write to know.

    `reads` is what the order has cost; whether its budget is spent only `take_look` tells.
    """
    rest = window_ms * next((much for n, much in _RESTS if reads < n), _LONGEST_REST)
    held = lease_until is not None and now <= lease_until <= now + for_ms + VOID_BEYOND
    fresh = bool(rest) and looked_at is not None and now - rest < looked_at <= now + VOID_BEYOND
    return not held and not fresh


def end_look(
    connection: Connection, order_id: str, *, lease_until: int, looked_at: int, reads: int
) -> None:
    """Note the look and the reads it cost, and end its lease unless that was taken over."""
    o = orders.c
    kept = case((o.look_lease_until == lease_until, None), else_=o.look_lease_until)
    window = _window(looked_at)
    connection.execute(
        update(orders)
        .where(o.id == order_id)
        .values(
            looked_at=looked_at,
            look_lease_until=kept,
            reads=case((o.reads_window == window, o.reads + reads), else_=reads),
            reads_window=window,
        )
    )


def look_lease(connection: Connection, order_id: str) -> int | None:
    """Tell until when somebody is looking at the order."""
    return connection.execute(
        select(orders.c.look_lease_until).where(orders.c.id == order_id)
    ).scalar()
