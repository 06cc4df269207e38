"""Leases in the database: who may do a thing now, until when. A dead holder's lease runs out."""

from __future__ import annotations

from sqlalchemy import Connection, and_, case, or_, select, update

from checkout_service.domain.clock import MINUTE

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


def take_look(
    connection: Connection, order_id: str, *, now: int, for_ms: int, window_ms: int
) -> bool:
    """Take the right to look an order up: one look at a time, and none within the window.

    A window of 0 asks for the lease alone.
    """
    o = orders.c
    free = or_(
        o.look_lease_until.is_(None),
        o.look_lease_until < now,
        o.look_lease_until > now + for_ms + VOID_BEYOND,
    )
    rested = or_(
        o.looked_at.is_(None), o.looked_at <= now - window_ms, o.looked_at > now + VOID_BEYOND
    )
    result = connection.execute(
        update(orders)
        .where(and_(o.id == order_id, free, rested))
        .values(look_lease_until=now + for_ms)
    )
    return result.rowcount == 1


def is_free(
    lease_until: int | None, looked_at: int | None, *, now: int, for_ms: int, window_ms: int
) -> bool:
    """Say whether `take_look` would succeed: whoever only polls need not write to know."""
    held = lease_until is not None and now <= lease_until <= now + for_ms + VOID_BEYOND
    fresh = looked_at is not None and now - window_ms < looked_at <= now + VOID_BEYOND
    return not held and not fresh


def end_look(connection: Connection, order_id: str, *, lease_until: int, looked_at: int) -> None:
    """Note the look, and end its lease unless that was taken over."""
    o = orders.c
    kept = case((o.look_lease_until == lease_until, None), else_=o.look_lease_until)
    connection.execute(
        update(orders).where(o.id == order_id).values(looked_at=looked_at, look_lease_until=kept)
    )


def look_lease(connection: Connection, order_id: str) -> int | None:
    """Tell until when somebody is looking at the order."""
    return connection.execute(
        select(orders.c.look_lease_until).where(orders.c.id == order_id)
    ).scalar()
