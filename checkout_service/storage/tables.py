"""Every table, for those who need to name one."""

from __future__ import annotations

from .machine_tables import (
    bookmarks,
    idempotency_keys,
    inbox_events,
    leases,
    outbox_messages,
    read_budgets,
    receivers,
    session_claims,
)
from .order_tables import (
    attempts,
    disputes,
    fulfilments,
    holds,
    order_lines,
    orders,
    refund_requests,
    refunds,
    transitions,
)
from .schema import metadata

__all__ = [
    "attempts",
    "bookmarks",
    "disputes",
    "fulfilments",
    "holds",
    "idempotency_keys",
    "inbox_events",
    "leases",
    "metadata",
    "order_lines",
    "orders",
    "outbox_messages",
    "read_budgets",
    "receivers",
    "refund_requests",
    "refunds",
    "session_claims",
    "transitions",
]
