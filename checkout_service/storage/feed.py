"""All messages in one lasting order, so that a reader who keeps its place misses none.

Their times would not do: of two that are written side by side the later one may be seen first. So
places are given out one after another, to whatever has none when the feed is read.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from checkout_service.domain.views.events import FedMessage

from . import bookmarks
from .kept_messages import state_shown
from .tables import outbox_messages
from .tables.machinery import UNPLACED

_PLACES = "feed"  # how many were given out
_CHUNK = 1_000

_m = outbox_messages.c


def is_anything_new(connection: Connection) -> bool:
    return connection.execute(select(_m.id).where(UNPLACED).limit(1)).first() is not None


def give_places(connection: Connection) -> bool:
    """Give the next places to what has none, the oldest first; True if more may be waiting."""
    bookmarks.begin(connection, _PLACES, 0)
    last = bookmarks.locked_position(connection, _PLACES)  # one reader at a time
    turn = func.row_number().over(order_by=(_m.created_at, _m.sequence, _m.id))
    some = (
        select(_m.id, turn.label("turn"))
        .where(UNPLACED)
        .order_by(_m.created_at, _m.sequence, _m.id)
        .limit(_CHUNK)
        .subquery()
    )
    result = connection.execute(
        update(outbox_messages).where(_m.id == some.c.id).values(place=last + some.c.turn)
    )
    bookmarks.move_to(connection, _PLACES, last + int(result.rowcount))
    return int(result.rowcount) == _CHUNK


def after(connection: Connection, place: int, *, limit: int) -> list[FedMessage]:
    """List messages behind a place, oldest first."""
    rows = connection.execute(
        select(_m.place, _m.id, _m.kind, _m.created_at, state_shown(), _m.body)
        .where(_m.place > place)
        .order_by(_m.place)
        .limit(limit)
    )
    return [FedMessage(*row) for row in rows]
