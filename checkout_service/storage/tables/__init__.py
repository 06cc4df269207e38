"""Every table, for those who need to name one."""

from __future__ import annotations

from .admin import (
    admin_audit,
    admin_codes,
    admin_devices,
    admin_guesses,
    admin_sessions,
    figures,
    staff,
)
from .care import order_notes, shipments
from .machinery import (
    bookmarks,
    deliveries,
    idempotency_keys,
    inbox_events,
    leases,
    link_leftovers,
    outbox_messages,
    read_budgets,
    receivers,
    session_claims,
)
from .money import disputes, fraud_warnings, money_writes, refund_requests, refunds, renewals
from .orders import attempts, fulfilments, holds, order_lines, orders, subscriptions, transitions
from .schema import metadata

__all__ = [
    "admin_audit",
    "admin_codes",
    "admin_devices",
    "admin_guesses",
    "admin_sessions",
    "attempts",
    "bookmarks",
    "deliveries",
    "disputes",
    "figures",
    "fraud_warnings",
    "fulfilments",
    "holds",
    "idempotency_keys",
    "inbox_events",
    "leases",
    "link_leftovers",
    "metadata",
    "money_writes",
    "order_lines",
    "order_notes",
    "orders",
    "outbox_messages",
    "read_budgets",
    "receivers",
    "refund_requests",
    "refunds",
    "renewals",
    "session_claims",
    "shipments",
    "staff",
    "subscriptions",
    "transitions",
]
