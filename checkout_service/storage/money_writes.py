"""What we ask Stripe to do with money, written down first; its id is in Stripe's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from checkout_service.domain import ids
from checkout_service.domain.facts.snapshots import RefundView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.ledger import REFUND_GONE_AGAIN
from checkout_service.domain.order.money_writes import PREFIX, MoneyWrite, WriteKind, WriteState

from .ledger import holds_refunds_disputes
from .rows import AnyRow
from .tables import money_writes, refunds
from .tables.money import UNFINISHED
from .upsert import insert_once

_w = money_writes.c


@frozen
class NewWrite:
    """A write of money about to be asked for; the same nonce is the same write."""

    kind: WriteKind
    nonce: str
    order_id: str
    subject: str
    amount: int | None = None
    details: Mapping[str, Any] | None = None


def put(connection: Connection, new: NewWrite, *, now: int) -> MoneyWrite:
    """Write it down, or return the one that this nonce made before."""
    return _put(connection, new, {"next_at": now, "created_at": now})


def put_joining(
    connection: Connection, new: NewWrite, under_way: MoneyWrite, *, now: int
) -> MoneyWrite:
    """Write down that this nonce asked for what is under way: what becomes of that answers it."""
    there = {"state": WriteState.DONE.value, "result_id": under_way.id, "created_at": now}
    return _put(connection, new, there)


def put_closing(connection: Connection, new: NewWrite, *, now: int) -> MoneyWrite:
    """Write down that something is to be closed, or return the write that is about to do so.

    One after which less follows is another: a cancel is remembered beside what merely closes.
    """
    under_way = _one(
        connection,
        (_w.subject == new.subject)
        & (_w.kind == new.kind.value)
        & (_w.details == _as_text(new.details))
        & (_w.state == WriteState.ASKED.value),
    )
    return under_way or put(connection, replace(new, nonce=ids.new_id("non")), now=now)


def by_nonce(connection: Connection, nonce: str) -> MoneyWrite | None:
    """Return the write that this nonce made, or joined."""
    write = _one(connection, _w.nonce == nonce)
    if write is None or write.joined is None:
        return write
    return by_id(connection, write.joined)


def is_unfinished(connection: Connection, nonce: str) -> bool:
    """True if nobody knows yet what became of the write that this nonce made."""
    write = by_nonce(connection, nonce)
    return write is not None and write.state in (WriteState.ASKED, WriteState.QUARANTINED)


def under_way(connection: Connection, subject: str, *kinds: WriteKind) -> MoneyWrite | None:
    """Return a write of these kinds whose outcome nobody knows yet."""
    unknown = (WriteState.ASKED.value, WriteState.QUARANTINED.value)
    words = [kind.value for kind in kinds]
    return _one(connection, (_w.subject == subject) & _w.kind.in_(words) & _w.state.in_(unknown))


def by_id(connection: Connection, name: str) -> MoneyWrite | None:
    return _one(connection, _w.id == name)


def refund_of(connection: Connection, name: str) -> RefundView | None:
    """Return the refund that answers this write, if anything has told us of it."""
    row = connection.execute(
        select(refunds).where(refunds.c.request_id == name).order_by(refunds.c.id).limit(1)
    ).first()
    return None if row is None else holds_refunds_disputes.refund_of(row)


def refunds_requested(connection: Connection, intent_id: str, *, but: str = "") -> int:
    """Sum the refunds that may have been made and that no refund known to us answers yet.

    The one of the nonce `but` is left out: whoever asks for it again asks for the same one.
    """
    shown = exists().where(refunds.c.request_id == _w.id)
    total = connection.execute(
        select(func.coalesce(func.sum(_w.amount), 0)).where(
            _w.subject == intent_id,
            _w.kind == WriteKind.REFUND.value,
            _w.state.in_((WriteState.ASKED.value, WriteState.QUARANTINED.value)),
            _w.nonce != but,
            ~shown,
        )
    ).scalar()
    return int(total or 0)


def parts_given_back(connection: Connection, order_id: str, *, but: str) -> frozenset[str]:
    """Name the parts of an order that refunds were asked for, and that stayed or may stay gone."""
    rows = connection.execute(
        select(_w.details)
        .select_from(money_writes.outerjoin(refunds, refunds.c.request_id == _w.id))
        .where(
            _w.order_id == order_id,
            _w.kind == WriteKind.REFUND.value,
            _w.state != WriteState.REFUSED.value,
            _w.nonce != but,
            func.coalesce(refunds.c.status, "").not_in(REFUND_GONE_AGAIN),
        )
    )
    named = (json.loads(row.details).get("part") for row in rows)
    return frozenset(filter(None, named))


def due(connection: Connection, *, now: int, older_than: int, limit: int) -> list[MoneyWrite]:
    """List unfinished writes whose next try is due, but for those that were only just made."""
    rows = connection.execute(
        select(money_writes)
        .where(
            UNFINISHED,
            _w.state == WriteState.ASKED.value,
            _w.next_at <= now,
            _w.created_at < older_than,
        )
        .order_by(_w.next_at)
        .limit(limit)
    )
    return list(map(_write, rows))


def quarantined(connection: Connection, *, limit: int) -> list[MoneyWrite]:
    rows = connection.execute(
        select(money_writes)
        .where(UNFINISHED, _w.state == WriteState.QUARANTINED.value, _w.next_at.is_(None))
        .limit(limit)
    )
    return list(map(_write, rows))


def unfinished_of(connection: Connection, order_id: str) -> tuple[MoneyWrite, ...]:
    """List the writes of an order whose outcome is unknown, also by what Stripe showed since."""
    rows = connection.execute(
        select(money_writes)
        .where(
            _w.order_id == order_id,
            _w.state.in_((WriteState.ASKED.value, WriteState.QUARANTINED.value)),
            ~exists().where(refunds.c.request_id == _w.id),
        )
        .order_by(_w.created_at, _w.id)
    )
    return tuple(map(_write, rows))


def begin(connection: Connection, write: MoneyWrite, *, now: int, next_at: int) -> bool:
    """Note that Stripe is about to be asked under this key; False if another key was taken."""
    result = connection.execute(
        update(money_writes)
        .where(_w.id == write.id, _w.key == write.key, _w.state != WriteState.DONE.value)
        .values(
            tries=_w.tries + 1,
            key_at=func.coalesce(_w.key_at, now),
            asked_at=now,
            next_at=next_at,
        )
    )
    return result.rowcount == 1


def take_new_key(connection: Connection, write: MoneyWrite, key: str) -> bool:
    """Go on under another key; the old one decides between two who do so at once."""
    result = connection.execute(
        update(money_writes)
        .where(_w.id == write.id, _w.key == write.key, _w.state == WriteState.ASKED.value)
        .values(key=key, key_at=None)
    )
    return result.rowcount == 1


def finish(
    connection: Connection,
    name: str,
    state: WriteState,
    *,
    result_id: str | None = None,
    error: str | None = None,
) -> None:
    """Note what became of a write. One that was done stays done."""
    values: dict[str, Any] = {"state": state.value, "next_at": None, "last_error": error}
    if result_id is not None:
        values["result_id"] = result_id
    connection.execute(
        update(money_writes).where(_w.id == name, _w.state != WriteState.DONE.value).values(values)
    )


def rest(connection: Connection, name: str, *, at: int, error: str) -> None:
    """Count a try that told nothing, and try again later."""
    connection.execute(
        update(money_writes)
        .where(_w.id == name, _w.state == WriteState.ASKED.value)
        .values(next_at=at, last_error=error, tries=_w.tries + 1)
    )


def wake(connection: Connection, name: str, *, now: int) -> bool:
    """Take a write out of quarantine; False if it was not in there."""
    result = connection.execute(
        update(money_writes)
        .where(_w.id == name, _w.state == WriteState.QUARANTINED.value)
        .values(state=WriteState.ASKED.value, next_at=now, tries=1)
    )
    return result.rowcount == 1


def _put(connection: Connection, new: NewWrite, there: Mapping[str, Any]) -> MoneyWrite:
    name = ids.new_id(PREFIX)
    insert_once(
        connection,
        money_writes,
        {
            "id": name,
            "kind": new.kind.value,
            "nonce": new.nonce,
            "order_id": new.order_id,
            "subject": new.subject,
            "amount": new.amount,
            "details": _as_text(new.details),
            "key": name,
            **there,
        },
    )
    found = by_nonce(connection, new.nonce)
    if found is None:
        raise LookupError(new.nonce)
    return found


def _as_text(details: Mapping[str, Any] | None) -> str:
    return json.dumps(dict(details or {}))


def _one(connection: Connection, condition: Any) -> MoneyWrite | None:
    statement = select(money_writes).where(condition).order_by(_w.created_at).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _write(row)


def _write(row: AnyRow) -> MoneyWrite:
    return MoneyWrite(
        id=row.id,
        kind=WriteKind(row.kind),
        state=WriteState(row.state),
        order_id=row.order_id,
        subject=row.subject,
        amount=row.amount,
        details=json.loads(row.details),
        key=row.key,
        key_at=row.key_at,
        asked_at=row.asked_at,
        tries=row.tries,
        result_id=row.result_id,
        last_error=row.last_error,
        created_at=row.created_at,
    )
