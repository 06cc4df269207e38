"""Give each of several receivers a delivery of its own of a message.

All of it happens under one lock, so that who is a receiver does not change meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import ASKED, SHARED

from .boxes import lock, sum_up
from .kept_messages import is_kept
from .outbox import is_free
from .receivers import hold
from .tables import deliveries, outbox_messages, receivers
from .tables.machinery import UNDELIVERED

_m, _d, _r = outbox_messages.c, deliveries.c, receivers.c
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_CHUNK = 500
_NAMES = (
    "message_id", "receiver", "order_id", "kind", "sequence", "state", "tries", "last_error",
    "created_at", "next_at", "delivered_at",
)  # fmt: skip
_FORMER = _d.receiver.not_in(select(_r.name).where(_r.since.is_not(None))), UNDELIVERED
_NO_LEASE = {"lease_owner": None, "lease_until": None}


@frozen
class Whole:
    """A message that is nobody's in particular yet."""

    id: str
    kind: str
    created_at: int
    request: str


def is_any_whole(connection: Connection, *, real_now: int) -> bool:
    return connection.execute(_whole(real_now).limit(1)).first() is not None


def next_whole(connection: Connection, *, real_now: int) -> list[Whole]:
    """Lock the next messages that are to be sent, that nobody sends, and that nobody shares."""
    hold(connection)
    rows = connection.execute(
        _whole(real_now)
        .order_by(_m.next_at, _m.created_at, _m.sequence)
        .limit(_CHUNK)
        .with_for_update(skip_locked=True)
    )
    return [Whole(*row) for row in rows]


def _whole(real_now: int) -> Select[Any]:
    return select(_m.id, _m.kind, _m.created_at, _m.wish).where(
        _m.state == "due", _m.next_at.is_not(None), is_free(_m, real_now)
    )


def share(connection: Connection, found: Collection[Whole], *, now: int) -> None:
    """Give these to every receiver that they are not too old for; what was asked for, to all.

    How often a message was tried already goes with it. What is too old for all is kept.
    """
    asked = [message.id for message in found if message.request == ASKED]
    rest = [message.id for message in found if message.request != ASKED]
    _deliver(connection, rest, _r.since <= _m.created_at, now)
    _deliver(connection, asked, _r.since.is_not(None), now, again=True)
    ids = [*asked, *rest]
    mine = exists().where(_d.message_id == _m.id)
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(ids))
        .values(
            wish=case((mine, SHARED), else_=_m.wish), next_at=None, last_error=None, **_NO_LEASE
        )
    )
    sum_up(connection, ids)


def is_any_former(connection: Connection) -> bool:
    """True if something is owed to a receiver that is none any more."""
    return connection.execute(select(_d.message_id).where(*_FORMER).limit(1)).first() is not None


def forget_former(connection: Connection, *, now: int) -> bool:
    """Drop what is still owed to receivers that are none any more; True if there may be more.

    A receiver that took over from them is owed it instead.
    """
    hold(connection)
    found = connection.execute(select(_d.message_id, _d.state).where(*_FORMER).limit(_CHUNK)).all()
    if not found:
        return False
    ids = sorted({row.message_id for row in found})
    owed = sorted({row.message_id for row in found if row.state == "due"})
    lock(connection, ids)
    connection.execute(delete(deliveries).where(_d.message_id.in_(ids), *_FORMER))
    _deliver(connection, owed, _r.since <= _m.created_at, now)
    nobodys = ~exists().where(_d.message_id == _m.id)
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(ids), _m.wish == SHARED, nobodys)
        .values(wish="", delivered_at=None)
    )
    sum_up(connection, ids)
    return True


def ask_for(
    connection: Connection, receiver: str, *, since: int, kinds: frozenset[str] | None, now: int
) -> int:
    """Give a receiver what was written since a time and before it was one; return how many.

    A few at most: repeat it until there are none.
    """
    hold(connection)
    began = select(_r.since).where(_r.name == receiver).scalar_subquery()
    theirs = exists().where(_d.message_id == _m.id, _d.receiver == receiver)
    pending = and_(_m.state == "due", _m.wish != SHARED)
    late = [_m.created_at >= since, _m.created_at < began, ~is_kept(), ~theirs]
    late.append(~and_(pending, _m.wish == ASKED))
    if kinds is not None:
        late.append(_m.kind.in_(kinds))
    rows = connection.execute(
        select(_m.id, pending).where(*late).order_by(_m.created_at, _m.id).limit(_CHUNK)
    ).all()
    ids = [row[0] for row in rows if not row[1]]
    # What is not shared yet goes to all when it is.
    asked = _m.id.in_([row[0] for row in rows if row[1]]), pending
    connection.execute(update(outbox_messages).where(*asked).values(wish=ASKED))
    lock(connection, ids)
    _witness(connection, ids)
    _deliver(connection, ids, _r.name == receiver, now)
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(ids))
        .values(wish=SHARED, next_at=None, last_error=None)
    )
    sum_up(connection, ids)
    return len(rows)


def count(connection: Connection, receiver: str, state: str, *, most: int) -> int:
    """Count a receiver's own deliveries in a state; stops at so many."""
    some = (
        select(_d.message_id)
        .where(_d.receiver == receiver, UNDELIVERED, _d.state == state)
        .limit(literal_column(str(int(most))))
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _deliver(
    connection: Connection,
    ids: Collection[str],
    to: ColumnElement[bool],
    now: int,
    *,
    again: bool = False,
) -> None:
    """Make deliveries due; one that is there already stays as it is, but for `again`."""
    was_whole = _m.next_at.is_not(None)
    due = (
        literal("due"),
        case((was_whole, _m.tries), else_=0),
        case((was_whole, _m.last_error)),
        _m.created_at,
        func.coalesce(_m.next_at, now),
        cast(null(), BigInteger),
    )
    _insert(connection, ids, to, due, again=again)


def _witness(connection: Connection, ids: Collection[str]) -> None:
    """Write down how it went with those who had these messages while they were alone."""
    was = (_m.state, _m.tries, _m.last_error, _m.created_at, _m.next_at, _m.delivered_at)
    _insert(connection, ids, and_(_r.since <= _m.created_at, _m.wish != SHARED), was)


def _insert(
    connection: Connection,
    ids: Collection[str],
    to: ColumnElement[bool],
    state: tuple[Any, ...],
    *,
    again: bool = False,
) -> None:
    if not ids:
        return
    them = (
        select(_m.id, _r.name, _m.order_id, _m.kind, _m.sequence, *state)
        .select_from(outbox_messages.join(receivers, and_(_r.since.is_not(None), to)))
        .where(_m.id.in_(ids))
    )
    statement = _INSERT[connection.dialect.name](deliveries).from_select(_NAMES, them)
    if not again:
        connection.execute(statement.on_conflict_do_nothing())
        return
    new = {name: statement.excluded[name] for name in _NAMES[5:]}
    keys = ["message_id", "receiver"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new | _NO_LEASE))
