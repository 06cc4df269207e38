"""The kinds of events that we take: of webhooks, of thin events, and of the list Stripe keeps."""

from __future__ import annotations

TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "invoice.paid",
    "invoice.payment_failed",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
)
# A listing takes twenty kinds at most. A failed try is no fact: it only asks for a look, and an
# order that waits for another try has its own looks planned. A warning is updated when its payment
# was refunded or disputed, which tells itself.
_NOT_LISTED = ("payment_intent.payment_failed", "radar.early_fraud_warning.updated")
LISTED = tuple(kind for kind in TYPES if kind not in _NOT_LISTED)
