"""Take people out of an order's rows; what was sold, paid and sent stays, without their data.

A late event may bring some of it back: the order is then younger than its erasure, and found again.
"""

from __future__ import annotations

import json

from sqlalchemy import (
    ColumnElement,
    Connection,
    TextClause,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from checkout_service.domain.status import WAITING
from checkout_service.domain.views.shapes import without_person

from .tables import (
    attempts,
    idempotency_keys,
    inbox_events,
    money_writes,
    orders,
    outbox_messages,
    session_claims,
)

_o, _a, _e, _m = orders.c, attempts.c, inbox_events.c, outbox_messages.c
_WAITING = tuple(status.value for status in WAITING)
_NOTHING = b"{}"
_UNDONE = ("waiting", "failed", "quarantined")


def finished_before(connection: Connection, before: int, *, limit: int) -> list[str]:
    """Name orders that nothing happened to since then, and that still hold personal data."""
    statement = (
        select(_o.id)
        .where(
            _o.created_at < before,
            _o.updated_at < before,
            _o.status.not_in(_WAITING),
            or_(_o.erased_at.is_(None), _o.erased_at < _o.updated_at),
        )
        .order_by(_o.created_at, _o.id)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def of_email(connection: Connection, email: str) -> list[str]:
    """Name the orders that were made with this address or paid with it; reads every row."""
    paid = select(_a.order_id).where(func.lower(_a.customer_email) == email.lower())
    ordered = func.lower(_o.customer_email) == email.lower()
    return list(connection.execute(select(_o.id).where(or_(ordered, _o.id.in_(paid)))).scalars())


def erase_order(connection: Connection, order_id: str, *, now: int) -> bool:
    """Take the person out of one order; False if it is not there or not finished."""
    finished = _o.id == order_id, _o.status.not_in(_WAITING)
    row = connection.execute(
        select(_o.nonce, _o.success_url, _o.cancel_url).where(*finished)
    ).one_or_none()
    if row is None:
        return False
    connection.execute(
        update(orders)
        .where(*finished)
        .values(
            metadata="{}",
            options="{}",
            customer_email=None,
            success_url=_without_query(row.success_url),
            cancel_url=_without_query(row.cancel_url),
            look_error=None,
            erased_at=now,
            version=_o.version + 1,  # whoever settles it at this moment reads it again
        )
    )
    _erase_attempts(connection, order_id)
    _erase_events(connection, order_id)
    _erase_messages(connection, order_id)
    _erase_keys(connection, order_id, row.nonce)
    return True


def empty_events(connection: Connection, before: int, *, limit: int) -> int:
    """Empty bodies of events received before then; return their number.

    What failed keeps its body: a person is to see to it, and may have it tried again.
    """
    failed = _e.state.in_(("failed", "quarantined"))
    old = (
        select(_e.id)
        .where(_e.received_at < before, ~failed, _e.body != _NOTHING)
        .order_by(_e.received_at)
        .limit(limit)
    )
    return _empty(connection, _e.id.in_(old.scalar_subquery()))


def empty_events_holding(connection: Connection, words: str) -> int:
    """Empty the bodies that hold these words, whoever's they are; reads every one."""
    wanted = words.encode()
    holds: ColumnElement[bool] | TextClause
    if connection.dialect.name == "sqlite":
        holds = func.instr(_e.body, wanted) > 0
    else:
        holds = text("position(CAST(:wanted AS bytea) IN inbox_events.body) > 0").bindparams(
            wanted=wanted
        )
    return _empty(connection, holds)


def _empty(connection: Connection, which: ColumnElement[bool] | TextClause) -> int:
    """Empty bodies; an event that was to be tried again is ignored from now on."""
    undone = update(inbox_events).where(which, _e.state.in_(_UNDONE))
    connection.execute(undone.values(state="ignored", next_at=None, last_error="erased"))
    # Nobody takes it for news of a payment either.
    emptied = update(inbox_events).where(which).values(body=_NOTHING, intent_id=None)
    return int(connection.execute(emptied).rowcount)


def forget_claims(connection: Connection, before: int) -> None:
    connection.execute(delete(session_claims).where(session_claims.c.created_at < before))


def _without_query(url: str | None) -> str | None:
    return None if url is None else url.partition("?")[0]


def _erase_attempts(connection: Connection, order_id: str) -> None:
    mine = _a.order_id == order_id
    connection.execute(
        update(attempts).where(mine).values(customer_email=None, recovery_url=None, buyer=None)
    )
    connection.execute(update(attempts).where(mine, _a.state != "open").values(url=None))
    references = select(_a.reference).where(mine)
    claims = session_claims.c.reference.in_(references)
    connection.execute(delete(session_claims).where(claims))


def _erase_events(connection: Connection, order_id: str) -> None:
    intents = select(_a.intent_id).where(_a.order_id == order_id, _a.intent_id.is_not(None))
    mine = or_(_e.order_id == order_id, _e.intent_id.in_(intents))
    _empty(connection, mine)


def _erase_messages(connection: Connection, order_id: str) -> None:
    bodies = connection.execute(select(_m.id, _m.body).where(_m.order_id == order_id)).all()
    for message_id, body in bodies:
        kept = json.dumps(without_person(json.loads(body)), separators=(",", ":"))
        connection.execute(update(outbox_messages).where(_m.id == message_id).values(body=kept))


def _erase_keys(connection: Connection, order_id: str, nonce: str) -> None:
    w = money_writes.c
    done = w.order_id == order_id, w.state.not_in(("asked", "quarantined"))
    connection.execute(update(money_writes).where(*done).values(details="{}"))
    refunds = select(w.nonce).where(*done)
    keys = or_(idempotency_keys.c.nonce == nonce, idempotency_keys.c.nonce.in_(refunds))
    connection.execute(delete(idempotency_keys).where(keys))
