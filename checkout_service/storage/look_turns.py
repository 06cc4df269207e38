"""The right to look an order up and the turn to read Stripe, together: both, or nothing written.

Of a crowd that asks about many orders most are sent away, and whoever is must cost little.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from .leases import LEASE_UNTIL, MAY_LOOK, look_terms, take_look
from .prepared import Prepared
from .read_budget import BOOK, Pace, book, free_at
from .tables import orders

_o = orders.c
# Whoever settles the order right now holds its row: nobody waits for them with a turn in hand.
_mine = select(_o.id, _o.look_wishes).where(MAY_LOOK).with_for_update(skip_locked=True).cte("mine")
_turn = BOOK.where(_mine.c.id.is_not(None)).cte("turn")
_held = (
    update(orders)
    .where(_o.id == _mine.c.id, _turn.c.free_at.is_not(None))
    .values(look_lease_until=LEASE_UNTIL)
    .cte("held")
)
_TAKE = Prepared(
    {
        "postgresql": select(
            select(_mine.c.look_wishes).scalar_subquery().label("requests"),
            select(_turn.c.free_at).scalar_subquery().label("booked"),
            free_at().label("known"),
        ).add_cte(_held)
    },
    writes=True,
)


@dataclass(frozen=True, slots=True)
class LookTurn:
    """A look that was let through, with the requests it answers; `wait` is until its read."""

    requests: int
    wait: int  # milliseconds


@dataclass(frozen=True, slots=True)
class NoRead:
    """The order may be looked up, but Stripe may not be read now."""

    wait: int  # milliseconds, before it is worth asking again


def take_look_and_read(
    connection: Connection, order_id: str, *, now: int, for_ms: int, window_ms: int, pace: Pace
) -> LookTurn | NoRead | None:
    """Take both for somebody who waits. None when somebody else looks or the time has not come.

    `now` is the product's clock, the pace keeps real time. Where the answer is NoRead the caller
    rolls back.
    """
    terms = look_terms(order_id, now=now, for_ms=for_ms, window_ms=window_ms, urgent=True)
    if connection.dialect.name == "postgresql":
        requests, booked, known = _TAKE.rows(connection, {**terms, **pace.terms})[0]
        if requests is None:
            return None
        if booked is not None:
            return LookTurn(int(requests), pace.wait_of(int(booked)))
        if known is not None:
            return NoRead(pace.wait_to_ask(int(known)))
    taken = take_look(
        connection, order_id, now=now, for_ms=for_ms, window_ms=window_ms, urgent=True
    )
    if taken is None:
        return None
    booked, wait = book(connection, pace)
    return LookTurn(taken, wait) if booked else NoRead(wait)
