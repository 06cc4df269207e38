"""Stripe's events and our messages as people may see them: frozen, times in milliseconds UTC."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen


@frozen
class EventView:
    """One event of Stripe's and what became of it; `created` is Stripe's own time."""

    id: str
    type: str
    state: str
    source: str
    api_version: str | None
    livemode: bool
    order_id: str | None
    tries: int
    last_error: str | None
    created: int
    received_at: int
    applied_at: int | None
    next_at: int | None


@frozen
class EventDetail:
    """An event with its body as it came: it may hold a buyer's data."""

    event: EventView
    body: bytes


@frozen
class EventPage:
    events: tuple[EventView, ...]
    next_cursor: str | None


@frozen
class MessageView:
    """One message owed to the merchant's backend, and how its delivery goes."""

    id: str
    order_id: str
    kind: str
    sequence: int
    state: str
    tries: int
    last_error: str | None
    created_at: int
    next_at: int | None
    delivered_at: int | None


@frozen
class DeliveryView:
    """How a message's way to one of several receivers goes."""

    receiver: str
    state: str
    tries: int
    last_error: str | None
    next_at: int | None
    delivered_at: int | None


@frozen
class MessageDetail:
    """`deliveries` are there where the message has gone, or goes, to several."""

    message: MessageView
    body: str
    deliveries: tuple[DeliveryView, ...] = ()


@frozen
class ReceiverView:
    """One of those who are told: its place in the setting, its host, how it does, what waits."""

    number: int
    name: str
    place: str
    state: str
    due: int  # counts stop at 1000
    dead: int


@frozen
class FedMessage:
    """One message as the feed tells it: what is sent, and whether it was."""

    place: int
    id: str
    kind: str
    created_at: int
    state: str
    body: str


@frozen
class FeedPage:
    """`next_cursor` leads to what is written later, too; None while there was never anything."""

    messages: tuple[FedMessage, ...]
    next_cursor: str | None


@frozen
class MessagePage:
    messages: tuple[MessageView, ...]
    next_cursor: str | None
