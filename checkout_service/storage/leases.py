"""Leases in the database: who may do a thing now, until when. A dead holder's lease runs out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    update,
)

from checkout_service.domain.clock import MINUTE
from checkout_service.domain.schedule import MONTH, Asker, most_reads

from .prepared import Prepared
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


def grown(rest: int, reads: int) -> int:
    """Return how long a rest has grown for what has cost so many reads."""
    return rest * next((much for most, much in _RESTS if reads < most), _LONGEST_REST)


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), BigInteger)


def _given(name: str) -> BindParameter[int]:
    return bindparam(f"b_{name}", type_=BigInteger)


def _window(now: ColumnElement[int]) -> ColumnElement[int]:
    o = orders.c
    age = case((o.created_at < now, now - o.created_at), else_=_number(0))
    return age // _number(MONTH)


def _within_budget(
    now: ColumnElement[int], first: ColumnElement[int], later: ColumnElement[int]
) -> ColumnElement[bool]:
    """Compare the reads of this month of the order's life with what a month may take."""
    o = orders.c
    window = _window(now)
    most = case((window == _number(0), first), else_=later)
    return or_(o.reads_window != window, o.reads < most)


def _may_look() -> ColumnElement[bool]:
    """Let one look at a time through, and none within the window; see `look_terms`."""
    o, now = orders.c, _given("now")
    free = or_(
        o.look_lease_until.is_(None),
        o.look_lease_until < now,
        o.look_lease_until > _given("void_lease"),
    )
    much = ((o.reads < _number(n), _number(much)) for n, much in _RESTS)
    rest = _given("window") * case(*much, else_=_number(_LONGEST_REST))
    rested = or_(
        _given("window") == _number(0),
        o.looked_at.is_(None),
        o.looked_at + rest <= now,
        o.looked_at > _given("void_look"),
    )
    budget = _within_budget(now, _given("first"), _given("later"))
    return and_(o.id == bindparam("b_id"), free, rested, budget)


MAY_LOOK = _may_look()
"""What lets a look at an order through, of the parameters that `look_terms` gives."""
LEASE_UNTIL = _given("until")
_TAKE = update(orders).where(MAY_LOOK).values(look_lease_until=LEASE_UNTIL)
_TAKE_LOOK = _TAKE.returning(orders.c.look_wishes)


def look_terms(
    order_id: str, *, now: int, for_ms: int, window_ms: int, asker: Asker
) -> dict[str, Any]:
    """Make the parameters of a look: the lease that it wants, and what it must leave alone."""
    return {
        "b_id": order_id,
        "b_now": now,
        "b_until": now + for_ms,
        "b_window": window_ms,
        "b_void_lease": now + for_ms + VOID_BEYOND,
        "b_void_look": now + VOID_BEYOND,
        "b_first": most_reads(0, asker),
        "b_later": most_reads(1, asker),
    }


def take_look(
    connection: Connection,
    order_id: str,
    *,
    now: int,
    for_ms: int,
    window_ms: int,
    asker: Asker = Asker.SWEEP,
) -> int | None:
    """Take the right to look an order up: one look at a time, and none within the window.

    A window of 0 asks for the lease alone, whatever another machine's clock wrote down of the last
    look. The window grows with the reads that the order has
    cost, and beyond its budget there is no look. Returns how many looks were requested so far;
    None when somebody else looks or the time has not come.
    """
    terms = look_terms(order_id, now=now, for_ms=for_ms, window_ms=window_ms, asker=asker)
    requests = connection.execute(_TAKE_LOOK, terms).scalar()
    return None if requests is None else int(requests)


_HAS_READS = select(_within_budget(_given("now"), _given("first"), _given("later"))).where(
    orders.c.id == bindparam("b_id")
)


def has_reads(connection: Connection, order_id: str, *, now: int) -> bool:
    """True if the order's budget has reads left for the sweep."""
    terms = look_terms(order_id, now=now, for_ms=0, window_ms=0, asker=Asker.SWEEP)
    return bool(connection.execute(_HAS_READS, terms).scalar())


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
    rest = grown(window_ms, reads)
    held = lease_until is not None and now <= lease_until <= now + for_ms + VOID_BEYOND
    fresh = bool(rest) and looked_at is not None and now - rest < looked_at <= now + VOID_BEYOND
    return not held and not fresh


_AGAIN = orders.c.reads_window == _window(_given("ended_at"))


def _end(*, looked: bool) -> Prepared:
    """Make the statement that ends a look; an order that it did not see needs no rest."""
    o, ended = orders.c, _given("ended_at")
    values = {
        o.look_lease_until: case(
            (o.look_lease_until == _given("until"), None), else_=o.look_lease_until
        ),
        o.reads: case((_AGAIN, o.reads + _given("reads")), else_=_given("reads")),
        o.reads_window: _window(ended),
    }
    if looked:
        values[o.looked_at] = ended
    statement = update(orders).where(o.id == bindparam("b_id")).values(values)
    returning = statement.returning(o.id)  # a prepared statement gives rows
    return Prepared({"postgresql": returning, "sqlite": returning}, writes=True)


_LOOKED, _ELSEWHERE = _end(looked=True), _end(looked=False)


def end_look(
    connection: Connection,
    order_id: str,
    *,
    lease_until: int,
    ended_at: int,
    reads: int,
    looked: bool = True,
) -> None:
    """Note the reads a look cost, and end its lease unless that was taken over.

    Where the order itself was `looked` at, it rests from then on.
    """
    statement = _LOOKED if looked else _ELSEWHERE
    statement.rows(
        connection,
        {"b_id": order_id, "b_until": lease_until, "b_ended_at": ended_at, "b_reads": reads},
    )


def look_lease(connection: Connection, order_id: str) -> int | None:
    """Tell until when somebody is looking at the order."""
    return connection.execute(
        select(orders.c.look_lease_until).where(orders.c.id == order_id)
    ).scalar()
