"""Where one receiver's deliveries are kept: in the messages themselves, or in rows of their own.

A receiver that is alone has its state in the messages: nothing more is written for it. Where there
are several, each has a row a message in `deliveries`, and the message's state is the sum of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, exists, func, literal, select, update
from sqlalchemy import true as always

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import ASKED, SHARED

from .tables import deliveries, outbox_messages, receivers

_m, _d, _r = outbox_messages.c, deliveries.c, receivers.c


@frozen
class Box:
    """`mine` matches its rows; `open` says, in the statement that takes some, that it still may."""

    table: Table
    id: ColumnElement[str]
    mine: ColumnElement[bool]
    open: ColumnElement[bool]
    body: ColumnElement[str]
    request: ColumnElement[str]

    @property
    def c(self) -> Any:
        return self.table.c

    @property
    def is_shared(self) -> bool:
        return self.table is deliveries


def whole(receiver: str) -> Box:
    """Return the box of a receiver that is alone.

    A message that was written after another receiver came is never taken for this one alone:
    whoever sees the message sees the receiver.
    """
    other = exists().where(_r.since.is_not(None), _r.name != receiver)
    return Box(outbox_messages, _m.id, _m.wish != SHARED, ~other, _m.body, _m.wish)


def own(receiver: str) -> Box:
    """Return the box of a receiver among several. What is in it was wanted when it was put in."""
    body = select(_m.body).where(_m.id == _d.message_id).scalar_subquery()
    return Box(deliveries, _d.message_id, _d.receiver == receiver, always(), body, literal(ASKED))


def is_anything_waiting(connection: Connection, box: Box) -> bool:
    """True if something is to be sent from a box of its own, now or later."""
    waiting = select(box.id).where(box.mine, box.c.next_at.is_not(None)).limit(1)
    return connection.execute(waiting).first() is not None


def lock(connection: Connection, message_ids: Collection[str]) -> None:
    """Let one transaction at a time change what a message's state is the sum of."""
    ours = _m.id.in_(message_ids)
    connection.execute(select(_m.id).where(ours).order_by(_m.id).with_for_update()).all()


def sum_up(connection: Connection, message_ids: Collection[str]) -> None:
    """Write down what its deliveries make of each message; whoever calls holds its lock.

    It is due while any of them is, else dead if any is, else delivered.
    """
    worst = func.max(case((_d.state == "due", 2), (_d.state == "dead", 1), else_=0))
    state = case((worst == 2, "due"), (worst == 1, "dead"), else_="delivered")  # noqa: PLR2004
    arrived = case((func.count() == func.count(_d.delivered_at), func.max(_d.delivered_at)))
    mine = _d.message_id == _m.id
    connection.execute(
        update(outbox_messages)
        .where(_m.id.in_(message_ids), _m.wish == SHARED, exists().where(mine))
        .values(
            state=select(state).where(mine).scalar_subquery(),
            tries=select(func.max(_d.tries)).where(mine).scalar_subquery(),
            delivered_at=select(arrived).where(mine).scalar_subquery(),
        )
    )
