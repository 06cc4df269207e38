"""The right to look an order up and the turn to read Stripe, together: both, or nothing written.

Of a crowd that asks about many orders most are sent away, and whoever is must cost little. Whoever
settles an order holds its row: a page that polls passes by and comes again, a buyer who is back
waits for them. The order is held before the turn is: nobody waits with a turn in hand.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from checkout_service.domain.frozen import frozen
from checkout_service.domain.schedule import Asker

from .leases import LEASE_UNTIL, MAY_LOOK, look_terms, take_look
from .prepared import Prepared
from .read_budget import BOOK, Pace, book, free_at
from .tables import orders

_o = orders.c


def _take(*, skip_locked: bool) -> Prepared:
    """Make the statement that takes both or neither, by the terms of a look and of a pace."""
    free = select(_o.id, _o.look_wishes, _o.version).where(MAY_LOOK)
    mine = free.with_for_update(key_share=True, skip_locked=skip_locked).cte("mine")
    turn = BOOK.where(mine.c.id.is_not(None)).cte("turn")
    held = (
        update(orders)
        .where(_o.id == mine.c.id, turn.c.free_at.is_not(None))
        .values(look_lease_until=LEASE_UNTIL)
        .cte("held")
    )
    statement = select(
        select(mine.c.look_wishes).scalar_subquery().label("requests"),
        select(mine.c.version).scalar_subquery().label("version"),
        select(turn.c.free_at).scalar_subquery().label("booked"),
        free_at().label("known"),
    ).add_cte(held)
    return Prepared({"postgresql": statement}, writes=True)


_PASSING, _WAITING = _take(skip_locked=True), _take(skip_locked=False)


@frozen
class LookTurn:
    """A look that was let through, with the requests it answers; `wait` is until its read.

    The version is the order's by then; None where nobody read it.
    """

    requests: int
    version: int | None
    wait: int  # milliseconds


@frozen
class NoRead:
    """The order may be looked up, but Stripe may not be read now."""

    wait: int  # milliseconds, before it is worth asking again


def take_look_and_read(
    connection: Connection, order_id: str, *, now: int, for_ms: int, window_ms: int, pace: Pace
) -> LookTurn | NoRead | None:
    """Take both. None when somebody else looks or the time has not come.

    Who waits for no turn waits for nobody who settles the order either: None then, too. `now` is
    the product's clock, the pace keeps real time. Where the answer is NoRead the caller rolls back.
    """
    terms = look_terms(order_id, now=now, for_ms=for_ms, window_ms=window_ms, asker=Asker.BUYER)
    if connection.dialect.name == "postgresql":
        statement = _WAITING if pace.ahead else _PASSING
        requests, version, booked, known = statement.rows(connection, terms | pace.terms)[0]
        if requests is None:
            return None
        if booked is not None:
            return LookTurn(int(requests), int(version), pace.wait_of(int(booked)))
        if known is not None:
            return NoRead(pace.wait_to_ask(int(known)))
    taken = take_look(
        connection, order_id, now=now, for_ms=for_ms, window_ms=window_ms, asker=Asker.BUYER
    )
    if taken is None:
        return None
    booked, wait = book(connection, pace)
    return LookTurn(taken, None, wait) if booked else NoRead(wait)
