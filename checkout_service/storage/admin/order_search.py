"""Find orders by what a person has in hand: any id, a number, an e-mail, a name, an amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from checkout_service.domain.ids import read_number
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage.order_list import by_email
from checkout_service.storage.order_views import views_of
from checkout_service.storage.tables import (
    attempts,
    disputes,
    inbox_events,
    orders,
    outbox_messages,
    refunds,
)

from . import order_keys, order_scan

_o, _a = orders.c, attempts.c
_NEWEST_FIRST = (_o.created_at.desc(), _o.id.desc())
_BY_INDEX = {
    "ord": (_o.id, _o.id),
    "cs": (_a.order_id, _a.session_id),
    "pi": (_a.order_id, _a.intent_id),
    "sub": (_a.order_id, _a.subscription_id),
    "re": (refunds.c.order_id, refunds.c.id),
    "dp": (disputes.c.order_id, disputes.c.id),
    "du": (disputes.c.order_id, disputes.c.id),
    "evt": (inbox_events.c.order_id, inbox_events.c.id),
    "msg": (outbox_messages.c.order_id, outbox_messages.c.id),
}
_OF_BUYERS = ("cus", "in", "pm")
_OF_CHARGES = ("ch", "py")
_MOST_NEAR = 1_000


def by_words(connection: Connection, words: str, *, limit: int) -> list[OrderView]:
    """Return the orders that these words lead to; what names one exactly goes first."""
    for condition in _exact(words):
        if found := _these(connection, condition, limit):
            return found
    for ids in _near(connection, words, limit):
        if found := _these(connection, _o.id.in_(ids[:_MOST_NEAR]), limit):
            return found
    return []


def _exact(words: str) -> Iterator[ColumnElement[bool]]:
    prefix = words.partition("_")[0]
    if prefix in _BY_INDEX:
        order_id, name = _BY_INDEX[prefix]
        yield _among(select(order_id).where(name == words))
    else:
        yield _among(select(_a.order_id).where((_a.reference == words) & _a.link_id.is_not(None)))
    # A merchant's own reference may look like anything, an id of Stripe's included.
    yield _o.client_reference_id == words
    if "@" in words:
        yield _among(by_email(words))
        yield _among(by_email(words.lower()))
    number = read_number(words)
    if number is not None:
        yield _o.number == number


def _near(connection: Connection, words: str, limit: int) -> Iterator[Sequence[str]]:
    if words.partition("_")[0] in _OF_BUYERS:
        yield order_scan.by_object(connection, words)
    if words.partition("_")[0] in _OF_CHARGES:
        yield order_scan.by_charge(connection, words)
    yield order_keys.by_amount(connection, words, limit=limit)
    if any(letter.isalpha() for letter in words) and not {"_", "@"} & {*words}:
        yield order_keys.by_name(connection, words, limit=limit)
        yield order_scan.by_name(connection, words)


def _among(ids: Any) -> ColumnElement[bool]:
    return _o.id.in_(ids)


def _these(connection: Connection, condition: ColumnElement[bool], limit: int) -> list[OrderView]:
    statement: Select[Any] = select(orders).where(condition).order_by(*_NEWEST_FIRST).limit(limit)
    return views_of(connection, connection.execute(statement).all())
