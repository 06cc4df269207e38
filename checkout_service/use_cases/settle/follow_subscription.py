"""A subscription went on after its order was paid: note it, and tell the merchant's backend.

The order itself stays as it is: its status, its money and its one fulfilment are the first
payment's.
"""

from __future__ import annotations

import logging
from typing import Any

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import NotFound, StaleOrder
from checkout_service.domain.facts.snapshots import Billing, InvoiceView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.order.settlement import Message
from checkout_service.domain.order.subscriptions import Subscription, follow, owed
from checkout_service.domain.schedule import AT_ONCE, next_wait
from checkout_service.domain.views import shapes
from checkout_service.storage import orders, subscriptions
from checkout_service.storage.database import Transaction
from checkout_service.storage.ledger.diff import Cause, plan_message
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.ledger.write import write
from checkout_service.storage.order_lookup import order_of_subscription

log = logging.getLogger(__name__)

_GRACE = 5 * SECOND


@frozen
class FollowSubscription:
    clock: Clock
    heard: bool  # somebody wants messages

    def place(
        self, connection: Transaction, facts: Billing, received_at: int
    ) -> tuple[str, str | None, int | None]:
        """Say what becomes of the facts: applied, ignored (not ours) or waiting for its order.

        What must be told waits until the order knows the subscription, which its session's own
        facts say: a subscription that merely names our order in its metadata tells nothing.
        """
        now = self.clock.now()
        order_id, is_its_own = order_of_subscription(connection, facts)
        if order_id is not None and (is_its_own or not _tells(facts)):
            wait = self._grace(connection, order_id, facts, received_at)
            return ("waiting" if wait else "applied"), order_id, wait
        named = order_id or facts.order_id
        if named is None or not is_order_id(named):
            return "ignored", None, None
        next_at = next_wait(received_at, now)
        if next_at is None:
            return "ignored", named, None
        orders.make_look_due(connection, named, AT_ONCE)
        return "waiting", named, next_at

    def _grace(
        self, connection: Transaction, order_id: str, facts: Billing, received_at: int
    ) -> int | None:
        """Let the failed invoice's own event, which names the sum, tell before its subscription's.

        Both come within a second, in any order; None when there is nothing to wait for.
        """
        until = received_at + _GRACE
        if isinstance(facts, InvoiceView) or facts.ended or self.clock.now() >= until:
            return None
        known = subscriptions.find(connection, facts.subscription_id)
        return until if self._owed(connection, order_id, known, facts) else None

    def follow(
        self, connection: Transaction, order_id: str, facts: Billing, cause: Cause, *, at: int
    ) -> None:
        """Note facts of Stripe's time `at`, in this transaction, with the message they owe."""
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        known = subscriptions.find(connection, facts.subscription_id)
        after = follow(known, facts, at=at)
        if after != known:
            subscriptions.keep(connection, order_id, after, now=cause.at)
        message = self._owed(connection, order_id, known, facts)
        if message is None:
            return
        data = _data(after, facts)
        if not write(connection, plan_message(loaded, message, cause, data, heard=self.heard)):
            raise StaleOrder(order_id)
        log.info(
            "subscription.message_owed", extra={"order_id": order_id, "kind": message.kind.value}
        )

    def _owed(
        self, connection: Transaction, order_id: str, known: Subscription, facts: Billing
    ) -> Message | None:
        message = owed(known, facts)
        if message is None:
            return None
        return owed(known, facts, subscriptions.messages_about(connection, order_id, message.about))


def _tells(facts: Billing) -> bool:
    return owed(Subscription(facts.subscription_id), facts) is not None


def _data(after: Subscription, facts: Billing) -> dict[str, Any]:
    """Write what the message says beside its order."""
    data: dict[str, Any] = {"subscription": shapes.subscription(after)}
    if isinstance(facts, InvoiceView):
        data["invoice"] = shapes.invoice(facts)
    return data
