"""A subscription went on after its order was paid: note it, and tell the merchant's backend.

The order itself stays as it is: its status, its money and its one fulfilment are the first
payment's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from checkout_service.domain import shapes
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.schedule import next_wait
from checkout_service.domain.snapshots import Billing, InvoiceView, SubscriptionView
from checkout_service.domain.subscriptions import Subscription, follow, owed
from checkout_service.storage import orders, subscriptions
from checkout_service.storage.finding import order_of_subscription
from checkout_service.storage.ledgers import load_ledger
from checkout_service.storage.settlements import Circumstances, plan_message
from checkout_service.storage.writing import write

log = logging.getLogger(__name__)


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
        order_id, known = order_of_subscription(connection, news)
        told = owed(Subscription(news.subscription_id), news) is not None
        if order_id is not None and (known or not told):
            return "applied", order_id, None
        named = order_id or news.order_id
        if named is None or not is_order_id(named):
            return "ignored", None, None
        next_at = next_wait(received_at, now)
        if next_at is None:
            return "ignored", named, None
        orders.make_look_due(connection, named, now)
        return "waiting", named, next_at

    def __call__(
        self, connection: Connection, order_id: str, news: Billing, why: Circumstances, *, at: int
    ) -> None:
        """Note news of Stripe's time `at`, in this transaction, with the message it owes."""
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        known = subscriptions.find(connection, news.subscription_id)
        after = follow(known, news, at=at)
        if after != known:
            subscriptions.keep(connection, order_id, after, now=why.now)
        abouts = {news.id, *_invoice_of(news)}
        message = owed(known, news, subscriptions.told(connection, order_id, abouts))
        if message is None:
            return
        write(connection, plan_message(loaded, message, why, _data(after, news)))
        log.info("subscription.told", extra={"order_id": order_id, "kind": message.kind.value})


def _invoice_of(news: Billing) -> list[str]:
    invoice = news.latest_invoice if isinstance(news, SubscriptionView) else news.id
    return [invoice] if invoice else []


def _data(after: Subscription, news: Billing) -> dict[str, Any]:
    """Write what the message says beside its order."""
    data: dict[str, Any] = {"subscription": shapes.subscription(after)}
    if isinstance(news, InvoiceView):
        data["invoice"] = shapes.invoice(news)
    return data
