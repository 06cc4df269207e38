"""Write a planned settlement: statement by statement, or on PostgreSQL all in one.

One data-modifying statement is one round trip instead of six; it writes nothing at all unless
the order is still at the version it was read at. A look requested meanwhile stays requested.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Connection, bindparam, case, insert, update

from checkout_service.domain.order.ledger import RaisedHold
from checkout_service.storage.bell import note_message
from checkout_service.storage.orders import replace_line_rows
from checkout_service.storage.prepared import ForMany
from checkout_service.storage.tables import (
    attempts,
    disputes,
    fraud_warnings,
    fulfilments,
    holds,
    inbox_events,
    orders,
    outbox_messages,
    refunds,
    transitions,
)
from checkout_service.storage.upsert import insert_once, upsert

from .at_once import PLACES, write_at_once
from .attempt_rows import CHANGING
from .diff import Row, Writing

_ATTEMPT = CHANGING

_UPDATE_ORDER = (
    update(orders)
    .where(orders.c.id == bindparam("b_id"), orders.c.version == bindparam("b_version"))
    .values(
        look_due_at=case(
            (
                orders.c.look_wishes == bindparam("b_requests"),
                bindparam("b_due_at", type_=BigInteger),
            ),
            else_=orders.c.look_due_at,
        ),
        look_wishes=orders.c.look_wishes + bindparam("b_requested"),
    )
)
_UPDATE_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("b_id"))


def write(connection: Connection, writing: Writing) -> bool:
    """Write it all; False, to be rolled back, if the order was settled since it was read."""
    if connection.dialect.name == "postgresql":
        _write_seldom(connection, writing)
        _write_attempts(connection, writing.attempts[1:])
        _write_messages(connection, writing.messages[1:])
        if len(writing.transitions) > PLACES:
            connection.execute(insert(transitions), writing.transitions[PLACES:])
        written = len(write_at_once(connection, [writing]))
    else:
        written = _write_one_by_one(connection, writing)
    if writing.messages:
        note_message(connection)
    return bool(written == 1)


def write_plain(connection: Connection, writings: Sequence[Writing]) -> set[str]:
    """Write everyday settlements of different orders together; name the orders written.

    The others were settled since they were read, or somebody is at work on them.
    """
    if connection.dialect.name != "postgresql":
        return {writing.order_id for writing in writings if write(connection, writing)}
    written = write_at_once(connection, writings)
    if any(writing.messages for writing in writings):
        note_message(connection)
    return written


def write_all(connection: Connection, writings: Sequence[Writing]) -> str | None:
    """Write settlements of different orders that the caller holds, the everyday ones together.

    Return an order that was settled since it was read, if there is one: then roll all back.
    """
    for seldom in (writing for writing in writings if not writing.plain):
        if not write(connection, seldom):
            return seldom.order_id
    plain = [writing for writing in writings if writing.plain]
    for start in range(0, len(plain), ForMany.MOST):
        some = plain[start : start + ForMany.MOST]
        written = write_plain(connection, some)
        if len(written) < len(some):
            return next(one.order_id for one in some if one.order_id not in written)
    return None


def _write_one_by_one(connection: Connection, writing: Writing) -> int:
    look = writing.look
    values = writing.order | {"version": writing.version + 1, "updated_at": writing.now}
    result = connection.execute(
        _UPDATE_ORDER.values(values | {"look_tries": look.tries}),
        {
            "b_id": writing.order_id,
            "b_version": writing.version,
            "b_due_at": look.due_at,
            "b_requests": look.requests,
            "b_requested": int(look.requested),
        },
    )
    if result.rowcount != 1:
        return 0
    _write_seldom(connection, writing)
    if writing.event is not None:
        insert_once(connection, inbox_events, writing.event)
    _write_attempts(connection, writing.attempts)
    if writing.fulfils:
        given = {"order_id": writing.order_id, "fulfilled_at": writing.now}
        insert_once(connection, fulfilments, given)
    if writing.transitions:
        connection.execute(insert(transitions), writing.transitions)
    _write_messages(connection, writing.messages)
    return 1


def _write_attempts(connection: Connection, rows: Iterable[Row]) -> None:
    for row in rows:
        values = {name: row[name] for name in _ATTEMPT}
        connection.execute(_UPDATE_ATTEMPT.values(values), {"b_id": row["id"]})


def _write_messages(connection: Connection, rows: Iterable[Row]) -> None:
    for row in rows:
        insert_once(connection, outbox_messages, row)


def _write_seldom(connection: Connection, writing: Writing) -> None:
    """Write what most settlements have none of."""
    if writing.freed_intents:
        freed = attempts.c.id.in_(writing.freed_intents)
        connection.execute(update(attempts).where(freed).values(intent_id=None))
    if writing.lines:
        replace_line_rows(connection, writing.order_id, writing.lines)
        costs = {"amount_total": writing.amount_total}
        connection.execute(update(orders).where(orders.c.id == writing.order_id).values(costs))
    for row in writing.new_attempts:
        connection.execute(insert(attempts).values(row))
    for row in writing.new_holds:
        insert_once(connection, holds, row)
    for hold in writing.released_holds:
        _release(connection, writing, hold)
    for row in writing.refunds:
        upsert(connection, refunds, row, ["id"])
    for row in writing.disputes:
        upsert(connection, disputes, row, ["id"])
    for row in writing.warnings:
        upsert(connection, fraud_warnings, row, ["id"])


def _release(connection: Connection, writing: Writing, hold: RaisedHold) -> None:
    connection.execute(
        update(holds)
        .where(
            holds.c.order_id == writing.order_id,
            holds.c.name == hold.name.value,
            holds.c.attempt_id == hold.attempt_id,
        )
        .values(released_at=writing.now, released_by=writing.released_by)
    )
