"""Subscriptions and their invoices in our words, of the few events that tell of a change.

Invoices that belong to no subscription are nobody's here. Versions before 2025-03-31 keep period
and subscription one level higher; both are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from checkout_service.domain.facts.snapshots import Billing, InvoiceView, SubscriptionView

from .fields import (
    Json,
    Malformed,
    identifier,
    maybe_moment,
    maybe_object,
    maybe_word,
    number,
    reference,
    text,
    wants_object,
    word,
)
from .translate import ORDER_KEY


def subscription_view(data: Json) -> SubscriptionView:
    items = _things(maybe_object(data.get("items"), "items"))
    metadata = maybe_object(data.get("metadata"), "metadata")
    return SubscriptionView(
        id=identifier(data, "id"),
        status=word(data, "status"),
        current_period_end=_latest([data, *items], "current_period_end"),
        latest_invoice=reference(data, "latest_invoice"),
        order_id=text(metadata, ORDER_KEY),
    )


def invoice_view(data: Json, *, failed: bool = False) -> InvoiceView | None:
    """Translate an invoice; None when it is not a subscription's."""
    parent = maybe_object(data.get("parent"), "parent")
    inside = parent.get("subscription_details") or data.get("subscription_details")
    details = maybe_object(inside, "subscription_details")
    subscription = reference(details, "subscription") or reference(data, "subscription")
    if subscription is None:
        return None
    lines = _things(maybe_object(data.get("lines"), "lines"))
    periods = [maybe_object(line.get("period"), "period") for line in lines]
    metadata = maybe_object(details.get("metadata"), "metadata")
    return InvoiceView(
        id=identifier(data, "id"),
        subscription_id=subscription,
        status=maybe_word(data, "status"),
        billing_reason=maybe_word(data, "billing_reason"),
        amount_due=number(data, "amount_due"),
        amount_paid=number(data, "amount_paid"),
        currency=word(data, "currency"),
        period_end=_latest(periods, "end"),
        order_id=text(metadata, ORDER_KEY),
        failed=failed,
    )


def _things(listing: Json) -> list[Json]:
    items = listing.get("data", [])
    if not isinstance(items, list):
        raise Malformed("data")
    return [wants_object(item, "data") for item in items]


def _latest(things: Iterable[Json], key: str) -> int | None:
    """Return the latest time under a key; prices of several intervals end at several times."""
    return max((at for at in (maybe_moment(thing, key) for thing in things) if at), default=None)


# Other events of these objects (drafts, reminders, previews) tell of nothing that has happened.
EVENTS: dict[str, Callable[[Json], Billing | None]] = {
    "customer.subscription.updated": subscription_view,
    "customer.subscription.deleted": subscription_view,
    "invoice.paid": invoice_view,
    "invoice.payment_failed": lambda data: invoice_view(data, failed=True),
}
