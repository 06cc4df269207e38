"""The routes that an API key opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Self, TypedDict, Unpack, cast
from urllib.parse import quote

from .feed import CursorStore, Fulfilment, follow
from .shapes import (
    CreateOrder,
    CreateRefund,
    Intent,
    Notifications,
    OrderInDepth,
    Orders,
    OrderStatus,
    PortalSession,
    PrivateOrder,
    Products,
    Redelivery,
    Refund,
    Session,
)
from .transport import Transport

_MOST_A_PAGE = 100


class Filters(TypedDict, total=False):
    """Which orders to list; times are aware."""

    status: OrderStatus
    created_after: datetime
    created_before: datetime
    updated_after: datetime
    fulfilled_after: datetime
    client_reference_id: str
    customer_email: str
    checkout_session: str
    payment_intent: str


class Client:
    """The service as a merchant's backend sees it.

    Amounts are minor units. Every method raises CheckoutProblem when the service says no, and what
    `requests` raises when nobody answers. `key` is an Idempotency-Key of yours: whoever repeats a
    call under the same one, after a crash too, makes nothing happen twice.
    """

    def __init__(
        self, base_url: str, api_key: str, *, timeout: float = 30, most_tries: int = 6
    ) -> None:
        self._transport = Transport(base_url, api_key, timeout=timeout, most_tries=most_tries)

    def products(self) -> Products:
        """Return what the catalog sells."""
        return cast(Products, self._transport.get("/products"))

    def create_order(self, *, key: str | None = None, **order: Unpack[CreateOrder]) -> Session:
        """Make an order at prices of your own, or the catalog's; send the buyer to its `url`."""
        body = {**order, "flow": "checkout_session"}
        return cast(Session, self._transport.post("/orders", body, key))

    def create_intent(self, *, key: str | None = None, **order: Unpack[CreateOrder]) -> Intent:
        """Make an order that is paid by a PaymentIntent; hand its secret to Stripe.js."""
        body = {**order, "flow": "payment_intent"}
        return cast(Intent, self._transport.post("/orders", body, key))

    def order(self, order: str) -> OrderInDepth:
        """Return an order with its attempts, refunds, disputes and its whole trail."""
        return cast(OrderInDepth, self._transport.get(_path(order)))

    def orders(
        self, *, page_size: int = _MOST_A_PAGE, **filters: Unpack[Filters]
    ) -> Iterator[PrivateOrder]:
        """List orders, newest first, a page at a time."""
        query = {name: _text(value) for name, value in filters.items()} | {"limit": page_size}
        cursor: str | None = None
        while True:
            page: Orders = self._transport.get("/orders", {**query, "cursor": cursor})
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def refund(
        self, order: str, *, key: str | None = None, **refund: Unpack[CreateRefund]
    ) -> Refund:
        """Give money back: an amount, or all the rest."""
        return cast(Refund, self._transport.post(f"{_path(order)}/refunds", dict(refund), key))

    def capture(
        self, order: str, *, amount: int | None = None, key: str | None = None
    ) -> PrivateOrder:
        """Take what is authorised, or a part of it; the rest is let go."""
        body = {} if amount is None else {"amount": amount}
        return self._act(order, "capture", body, key)

    def void(self, order: str, *, key: str | None = None) -> PrivateOrder:
        """Let go of what is authorised."""
        return self._act(order, "void", None, key)

    def cancel(self, order: str, *, key: str | None = None) -> PrivateOrder:
        """Close an order that nobody has paid, so that it can be paid no more."""
        return self._act(order, "cancel", None, key)

    def portal_session(self, order: str, return_url: str, *, key: str | None = None) -> str:
        """Return a way into Stripe's portal for the order's customer, to be used at once."""
        path, body = f"{_path(order)}/portal-sessions", {"return_url": return_url}
        return cast(PortalSession, self._transport.post(path, body, key))["url"]

    def notifications(self, after: str | None = None, limit: int = _MOST_A_PAGE) -> Notifications:
        """Return a page of all messages, oldest first; give `next_cursor` as `after` next time."""
        query = {"after": after, "limit": limit}
        return cast(Notifications, self._transport.get("/notifications", query))

    def redeliver(self, message: str, *, key: str | None = None) -> Redelivery:
        """Have a message sent to NOTIFY_URL once more, under its own id."""
        path = f"/notifications/{quote(message, safe='')}/redeliver"
        return cast(Redelivery, self._transport.post(path, None, key))

    def fulfilments(
        self, store: CursorStore, *, every: float | None = None
    ) -> Iterator[Fulfilment]:
        """Yield every paid order that the store does not know as handled, oldest first.

        An order counts as handled when the next one is asked for; what a crash, an exception or a
        `break` interrupts comes again. Keep the ids that you have fulfilled, in the transaction in
        which you do it. Ends with the feed, or asks again `every` so many seconds.
        """
        for message in follow(self.notifications, store, "order.paid", every):
            yield Fulfilment(message["id"], message["body"]["data"]["order"])

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _act(
        self, order: str, verb: str, body: Mapping[str, Any] | None, key: str | None
    ) -> PrivateOrder:
        return cast(PrivateOrder, self._transport.post(f"{_path(order)}/{verb}", body, key))


def _path(order: str) -> str:
    return f"/orders/{quote(order, safe='')}"


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
