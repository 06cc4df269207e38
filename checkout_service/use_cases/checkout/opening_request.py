"""What Stripe is asked for when a draft is opened: made from our rows alone.

A repeat must be equal to the first, or Stripe refuses it under the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checkout_service.domain.catalog.options import HALF_HOUR
from checkout_service.domain.clock import DAY, MINUTE, SECOND
from checkout_service.domain.order.ledger import MANUAL
from checkout_service.domain.order.line import Line
from checkout_service.domain.order.room import Offer
from checkout_service.domain.ports.intents import IntentRequest
from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from checkout_service.storage.customers import BY_EMAIL
from checkout_service.storage.offers import OFFERS
from checkout_service.storage.records import AttemptRecord, OrderRecord

_LATE_BY = 2 * MINUTE  # a request may reach Stripe this long after its draft was written


def intent_request(
    order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...], key: str
) -> IntentRequest:
    return IntentRequest(
        idempotency_key=key,
        order_id=order.id,
        attempt_id=draft.id,
        amount=order.amount_total,
        currency=order.currency,
        description=", ".join(f"{line.quantity} x {line.name}" for line in lines)[:1000],
        customer_email=order.customer_email,
        customer=order.options.get("customer"),
        metadata=order.metadata,
        manual=order.capture == MANUAL,
    )


def _end_of(created_at: int, seconds: int | None) -> int | None:
    """Say when a session ends; None for a whole day, which is what Stripe gives by itself.

    Stripe counts its shortest life, half an hour, from when it hears of the session.
    """
    if seconds is None or seconds >= DAY // SECOND:
        return None
    return created_at + max(seconds * SECOND, HALF_HOUR * SECOND + _LATE_BY)


def line_requests(
    lines: Sequence[Line],
    products: Mapping[str, Mapping[str, object]],
    *,
    tax: Mapping[str, str] | None = None,
    offers: Mapping[int | None, Offer] | None = None,
) -> tuple[LineRequest, ...]:
    """Write an order's lines as Stripe is asked for them, with what it is told of the products.

    By their places: `tax` says whether it is inside or on top, `offers` what the buyer may choose.
    """
    tax, offers = tax or {}, offers or {}
    return tuple(
        LineRequest(
            name=line.name,
            unit_amount=line.unit_amount,
            currency=line.currency,
            quantity=line.quantity,
            description=line.description or None,
            stripe_price=line.stripe_price,
            recurring=line.recurring,
            product=products.get(line.price or "", {}),
            adjustable=_adjustable(offers.get(place)),
            place=place if offers else None,
            tax_behavior=tax.get(str(place)),
        )
        for place, line in enumerate(lines)
    )


def _adjustable(offer: Offer | None) -> tuple[int, int] | None:
    if offer is None or offer.least == offer.most:
        return None
    return offer.least, offer.most


def session_request(
    order: OrderRecord, draft: AttemptRecord, lines: tuple[Line, ...], key: str
) -> SessionRequest:
    """Build the request from our rows alone, so that a repeat is equal to the first."""
    options = dict(order.options)
    expires_after = options.pop("expires_after", None)
    products = options.pop("products", {})
    options.pop(OFFERS, None)
    options.pop(BY_EMAIL, None)
    known = "customer" in options.get("session", {})  # Stripe takes one or the other
    tax = options.pop("tax_behaviors", {})
    offers = {offer.place: offer for offer in order.room.offers} if order.room else {}
    return SessionRequest(
        idempotency_key=key,
        order_id=order.id,
        attempt_id=draft.id,
        reference=draft.reference or order.id,
        mode=order.mode,
        currency=order.currency,
        lines=line_requests(lines, products, tax=tax, offers=offers),
        success_url=order.success_url,
        cancel_url=order.cancel_url,
        customer_email=None if known else order.customer_email,
        locale=order.locale,
        metadata=order.metadata,
        expires_at=_end_of(draft.created_at, expires_after),
        options=options,
        manual=order.capture == MANUAL,
    )
