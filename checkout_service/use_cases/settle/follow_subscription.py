"""A subscription went on after its order was paid: note it, and tell the merchant's backend.

The order itself stays as it is: its status, its money and its one fulfilment are the first
payment's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import NotFound, StaleOrder
from checkout_service.domain.facts.snapshots import Billing, InvoiceView
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.order.settlement import Message
from checkout_service.domain.order.subscriptions import Subscription, follow, owed
from checkout_service.domain.schedule import AT_ONCE, next_wait
from checkout_service.domain.views import shapes
from checkout_service.storage import orders, subscriptions
from checkout_service.storage.ledger.diff import Cause, plan_message
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.ledger.write import write
from checkout_service.storage.order_lookup import order_of_subscription

log = logging.getLogger(__name__)

_GRACE = 5 * SECOND


@dataclass(frozen=True, slots=True)
class FollowSubscription:
    clock: Clock

    def place(
        self, connection: Connection, news: Billing, received_at: int
    ) -> tuple[str, str | None, int | None]:
        """Say what becomes of the news: applied, ignored (not ours) or waiting for its order.

        What must be told waits until the order knows the subscription, which its session's own
        news says: a subscription that merely names our order in its metadata tells nothing.
        """
        now = self.clock.now()
        order_id, is_its_own = order_of_subscription(connection, news)
        if order_id is not None and (is_its_own or not _tells(news)):
            wait = self._grace(connection, order_id, news, received_at)
            return ("waiting" if wait else "applied"), order_id, wait
        named = order_id or news.order_id
        if named is None or not is_order_id(named):
            return "ignored", None, None
        next_at = next_wait(received_at, now)
        if next_at is None:
            return "ignored", named, None
        orders.make_look_due(connection, named, AT_ONCE)
        return "waiting", named, next_at

    def _grace(
        self, connection: Connection, order_id: str, news: Billing, received_at: int
    ) -> int | None:
        """Let the failed invoice's own event, which names the sum, tell before its subscription's.

        Both come within a second, in any order; None when there is nothing to wait for.
        """
        until = received_at + _GRACE
        if isinstance(news, InvoiceView) or news.ended or self.clock.now() >= until:
            return None
        known = subscriptions.find(connection, news.subscription_id)
        return until if self._owed(connection, order_id, known, news) else None

    def __call__(
        self, connection: Connection, order_id: str, news: Billing, cause: Cause, *, at: int
    ) -> None:
        """Note news of Stripe's time `at`, in this transaction, with the message it owes."""
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        known = subscriptions.find(connection, news.subscription_id)
        after = follow(known, news, at=at)
        if after != known:
            subscriptions.keep(connection, order_id, after, now=cause.at)
        message = self._owed(connection, order_id, known, news)
        if message is None:
            return
        if not write(connection, plan_message(loaded, message, cause, _data(after, news))):
            raise StaleOrder(order_id)
        log.info("subscription.told", extra={"order_id": order_id, "kind": message.kind.value})

    def _owed(
        self, connection: Connection, order_id: str, known: Subscription, news: Billing
    ) -> Message | None:
        message = owed(known, news)
        if message is None:
            return None
        return owed(known, news, subscriptions.told(connection, order_id, message.about))


def _tells(news: Billing) -> bool:
    return owed(Subscription(news.subscription_id), news) is not None


def _data(after: Subscription, news: Billing) -> dict[str, Any]:
    """Write what the message says beside its order."""
    data: dict[str, Any] = {"subscription": shapes.subscription(after)}
    if isinstance(news, InvoiceView):
        data["invoice"] = shapes.invoice(news)
    return data
