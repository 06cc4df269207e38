"""Events and messages as read models, newest first by keyset."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table, func, select, tuple_

from checkout_service.domain.views.events import (
    DeliveryView,
    EventDetail,
    EventView,
    MessageDetail,
    MessageView,
)

from .kept_messages import KEPT, state_shown
from .tables import deliveries, inbox_events, outbox_messages
from .tables.machinery import STUCK, UNDELIVERED

Before = tuple[int, str] | None

_e, _m, _d = inbox_events.c, outbox_messages.c, deliveries.c
_EVENT = (
    _e.id,
    _e.type,
    _e.state,
    _e.source,
    _e.api_version,
    _e.livemode,
    _e.order_id,
    _e.tries,
    _e.last_error,
    _e.created,
    _e.received_at,
    _e.applied_at,
    _e.next_at,
)
_THEIRS = _d.message_id == _m.id, _d.state != "delivered"
_MESSAGE = (
    _m.id,
    _m.order_id,
    _m.kind,
    _m.sequence,
    state_shown(),
    _m.tries,
    # Of a shared message: what one of its deliveries failed of, and when the next is tried.
    func.coalesce(_m.last_error, select(func.max(_d.last_error)).where(*_THEIRS).scalar_subquery()),
    _m.created_at,
    func.coalesce(_m.next_at, select(func.min(_d.next_at)).where(*_THEIRS).scalar_subquery()),
    _m.delivered_at,
)
_DELIVERY = (_d.receiver, _d.state, _d.tries, _d.last_error, _d.next_at, _d.delivered_at)


def events(
    connection: Connection,
    *,
    state: str | None,
    order_id: str | None,
    before: Before,
    limit: int,
) -> list[EventView]:
    statement = _newest_first(select(*_EVENT), inbox_events, "received_at", before, limit)
    if state in ("waiting", "failed", "quarantined"):
        statement = statement.where(STUCK)  # names its index: a parameter would not
    wanted = {"state": state, "order_id": order_id}
    rows = connection.execute(_only(statement, inbox_events, wanted))
    return [EventView(*row) for row in rows]


def event(connection: Connection, event_id: str) -> EventDetail | None:
    row = connection.execute(select(*_EVENT, _e.body).where(_e.id == event_id)).one_or_none()
    return None if row is None else EventDetail(EventView(*row[:-1]), bytes(row[-1]))


def messages(
    connection: Connection,
    *,
    state: str | None,
    order_id: str | None,
    before: Before,
    limit: int,
) -> list[MessageView]:
    statement = _newest_first(select(*_MESSAGE), outbox_messages, "created_at", before, limit)
    if state in ("due", "dead", KEPT):
        statement = statement.where(UNDELIVERED)
    if state is not None:
        statement = statement.where(state_shown() == state)
    rows = connection.execute(_only(statement, outbox_messages, {"order_id": order_id}))
    return [MessageView(*row) for row in rows]


def message(connection: Connection, message_id: str) -> MessageDetail | None:
    row = connection.execute(select(*_MESSAGE, _m.body).where(_m.id == message_id)).one_or_none()
    if row is None:
        return None
    ways = connection.execute(
        select(*_DELIVERY).where(_d.message_id == message_id).order_by(_d.receiver)
    )
    return MessageDetail(MessageView(*row[:-1]), row[-1], tuple(DeliveryView(*way) for way in ways))


def _newest_first(
    statement: Select[Any], table: Table, time: str, before: Before, limit: int
) -> Select[Any]:
    at, row_id = table.c[time], table.c.id
    if before is not None:
        statement = statement.where(tuple_(at, row_id) < before)
    return statement.order_by(at.desc(), row_id.desc()).limit(limit)


def _only(statement: Select[Any], table: Table, wanted: dict[str, str | None]) -> Select[Any]:
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(table.c[name] == value)
    return statement
