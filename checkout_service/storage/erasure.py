"""Take people out of orders' rows; what was sold, paid and sent stays, without their data.

A late event may bring some of it back: the order is then younger than its erasure, and found again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from checkout_service.domain.status import WAITING
from checkout_service.domain.views.shapes import without_person

from .database import Database
from .event_bodies import empty
from .portions import Portion, portions, write_each
from .rows import AnyRow
from .tables import (
    attempts,
    idempotency_keys,
    inbox_events,
    money_writes,
    order_notes,
    orders,
    outbox_messages,
    session_claims,
    shipments,
)
from .tables.machinery import STUCK, UNCLAIMED

_o, _a, _e, _m = orders.c, attempts.c, inbox_events.c, outbox_messages.c
_AT_ONCE = 100  # orders in a transaction: whoever sells meanwhile waits for it
_OF_A_PERSON = ("customer_email", "recovery_url", "buyer", "buyer_name", "buyer_surname")
_WAITING = tuple(status.value for status in WAITING)


def finished_before(database: Database, before: int) -> Iterator[list[str]]:
    """Name orders that nothing happened to since then, and that still hold personal data."""
    held = or_(_o.erased_at.is_(None), _o.erased_at < _o.updated_at)
    finished = select(_o.id).where(_o.updated_at < before, _o.status.not_in(_WAITING), held)
    for portion in portions(database, _o.created_at, below=before):
        yield from _named(database, finished, portion)


def of_email(database: Database, email: str) -> Iterator[list[str]]:
    """Name the orders that were made with this address or paid with it; reads every one."""
    mine = email.lower()
    paid = exists().where(_a.order_id == _o.id, func.lower(_a.customer_email) == mine)
    theirs = select(_o.id).where(or_(func.lower(_o.customer_email) == mine, paid))
    for portion in portions(database, _o.created_at):
        yield from _named(database, theirs, portion)


def _named(database: Database, which: Select[str], portion: Portion) -> Iterator[list[str]]:
    """Name a portion's orders, few enough at a time to be erased in one transaction; or none."""
    with database.read() as connection:
        names = list(connection.execute(which.where(*portion.rows)).scalars())
    for begin in range(0, max(len(names), 1), _AT_ONCE):
        yield names[begin : begin + _AT_ONCE]


def erase_orders(connection: Connection, names: Collection[str], *, now: int) -> set[str]:
    """Take the people out of a few orders; return those that are there and finished."""
    finished = select(_o.id, _o.nonce, _o.success_url, _o.cancel_url).where(
        _o.id.in_(names), _o.status.not_in(_WAITING)
    )
    rows = connection.execute(finished).all()
    erased = {row.id for row in rows}
    if not erased:
        return erased
    connection.execute(
        update(orders)
        .where(_o.id.in_(erased))
        .values(
            metadata="{}",
            options="{}",
            customer_email=None,
            look_error=None,
            erased_at=now,
            version=_o.version + 1,  # whoever settles it at this moment reads it again
        )
    )
    _shorten_urls(connection, rows)
    _erase_attempts(connection, erased)
    _erase_events(connection, erased)
    _erase_messages(connection, erased)
    _erase_care(connection, erased)
    _erase_keys(connection, erased, [row.nonce for row in rows])
    return erased


def forget_claims(database: Database, before: int) -> None:
    old = session_claims.c.created_at < before

    def work(portion: Portion, connection: Connection) -> int:
        return connection.execute(delete(session_claims).where(*portion.rows, old)).rowcount

    for _ in write_each(database, session_claims.c.reference, work):
        pass


def _shorten_urls(connection: Connection, rows: Sequence[AnyRow]) -> None:
    short = [
        {
            "b_id": row.id,
            "b_success": _without_query(row.success_url),
            "b_cancel": _without_query(row.cancel_url),
        }
        for row in rows
    ]
    one = update(orders).where(_o.id == bindparam("b_id"))
    shorter = one.values(success_url=bindparam("b_success"), cancel_url=bindparam("b_cancel"))
    connection.execute(shorter, short)


def _without_query(url: str | None) -> str | None:
    return None if url is None else url.partition("?")[0]


def _erase_attempts(connection: Connection, names: Collection[str]) -> None:
    mine = _a.order_id.in_(names)
    connection.execute(update(attempts).where(mine).values(dict.fromkeys(_OF_A_PERSON)))
    connection.execute(update(attempts).where(mine, _a.state != "open").values(url=None))
    references = select(_a.reference).where(mine)
    claims = session_claims.c.reference.in_(references)
    connection.execute(delete(session_claims).where(claims))


def _erase_events(connection: Connection, names: Collection[str]) -> None:
    intents = select(_a.intent_id).where(_a.order_id.in_(names), _a.intent_id.is_not(None))
    paid = _e.intent_id.in_(connection.execute(intents).scalars().all())
    # Each has an index of its own. Joined by OR, every event there is would be read.
    for mine in (_e.order_id.in_(names), and_(UNCLAIMED, paid), and_(STUCK, paid)):
        empty(connection, mine)


def _erase_messages(connection: Connection, names: Collection[str]) -> None:
    messages = connection.execute(select(_m.id, _m.body).where(_m.order_id.in_(names))).all()
    kept = [
        {
            "b_id": message_id,
            "b_body": json.dumps(without_person(json.loads(body)), separators=(",", ":")),
        }
        for message_id, body in messages
    ]
    if kept:
        one = update(outbox_messages).where(_m.id == bindparam("b_id"))
        connection.execute(one.values(body=bindparam("b_body")), kept)


def _erase_care(connection: Connection, names: Collection[str]) -> None:
    """Keep that a parcel was sent and by whom; not where to, nor what was noted."""
    untraced = {"tracking_number": None, "tracking_url": None}
    connection.execute(update(shipments).where(shipments.c.order_id.in_(names)).values(untraced))
    connection.execute(delete(order_notes).where(order_notes.c.order_id.in_(names)))


def _erase_keys(connection: Connection, names: Collection[str], nonces: list[str]) -> None:
    w = money_writes.c
    done = w.order_id.in_(names), w.state.not_in(("asked", "quarantined"))
    connection.execute(update(money_writes).where(*done).values(details="{}"))
    refunds = connection.execute(select(w.nonce).where(*done)).scalars().all()
    keys = idempotency_keys.c.nonce.in_([*nonces, *refunds])
    connection.execute(delete(idempotency_keys).where(keys))
