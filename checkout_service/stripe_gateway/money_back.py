"""Refunds and disputes of a payment. A charge tells whether asking for them is worth a read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.facts.snapshots import DisputeView, RefundView

from . import routes
from .calls import Calls, reading
from .fields import Json, flag, maybe_object, number
from .routes import Route
from .translate import dispute_view, refund_view

log = logging.getLogger(__name__)

View = TypeVar("View", RefundView, DisputeView)


def money_back_of(
    calls: Calls, intent_id: str, charge: Json, *, urgent: bool
) -> tuple[tuple[RefundView, ...], tuple[DisputeView, ...]]:
    """Read all refunds and disputes of a payment; most charges show that there are none."""
    refunds = refunds_shown(charge)
    if refunds is None:
        refunds = _listed(calls, routes.LIST_REFUNDS, intent_id, refund_view, urgent=urgent)
    with reading():
        disputed = flag(charge, "disputed")
    if not disputed:
        return refunds, ()
    return refunds, _listed(calls, routes.LIST_DISPUTES, intent_id, dispute_view, urgent=urgent)


def refunds_shown(charge: Json) -> tuple[RefundView, ...] | None:
    """Read the refunds that a charge encloses, failed ones too; None if it does not show them all.

    A charge without the list shows by its sum whether there are any.
    """
    with reading():
        enclosed = maybe_object(charge.get("refunds"), "refunds")
        items = enclosed.get("data")
        if isinstance(items, list):
            return None if flag(enclosed, "has_more") else tuple(map(refund_view, items))
        gone = number(charge, "amount_refunded") or flag(charge, "refunded")
    return None if gone else ()


def _listed(
    calls: Calls, route: Route, intent_id: str, view: Callable[[Json], View], *, urgent: bool
) -> tuple[View, ...]:
    """List all of a payment's refunds or disputes.

    A restricted key may not read them; the payment itself is still worth telling, and what we
    know of refunds and disputes from events is not taken back by an empty answer.
    """
    try:
        with reading():
            return tuple(_views(calls, route, intent_id, view, urgent=urgent))
    except StripeRejected as refusal:
        if not refusal.permission:
            raise
        log.warning("stripe.permission_missing", extra={"call": str(route)})
        return ()


def _views(
    calls: Calls, route: Route, intent_id: str, view: Callable[[Json], View], *, urgent: bool
) -> Iterable[View]:
    for page in calls.pages(route, {"payment_intent": intent_id}, urgent=urgent):
        yield from map(view, page.items)
