"""The order object in JSON, one shape for the API and for notifications.

The public part holds no name, address or e-mail; the rest is for an API key or the merchant's
own backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.facts.buyer import SHOWN, plain
from checkout_service.domain.facts.snapshots import (
    DisputeView,
    FraudWarningView,
    InvoiceView,
    RefundView,
    RenewalView,
    SubscriptionView,
)
from checkout_service.domain.order.care import Shipment
from checkout_service.domain.order.subscriptions import Subscription

from .orders import (
    AttemptView,
    HoldView,
    LineView,
    MoneyBackView,
    OrderDetail,
    OrderView,
    PublicOrder,
    TrailView,
)

_PUBLIC = tuple(field.name for field in fields(PublicOrder))
_PRIVATE = tuple(field.name for field in fields(OrderView))
# What says nothing of a person, besides what is public.
_IMPERSONAL = frozenset(_PUBLIC) | {
    "flow", "client_reference_id", "checkout_session", "payment_intent", "amount_discount",
    "amount_tax", "amount_shipping", "amount_charged_back", "capture", "amount_capturable",
    "capture_before",
}  # fmt: skip
# Fields that are written in another way than they are kept.
_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "status": lambda status: status.value,
    "holds": list,
    "created_at": rfc3339,
    "capture_before": lambda at: None if at is None else rfc3339(at),
    "items": lambda items: [_line(line) for line in items],
    "metadata": dict,
} | dict.fromkeys(SHOWN, plain)


def public_order(order: OrderView) -> dict[str, Any]:
    """Return the order as anybody who knows its id sees it."""
    return _order(order, _PUBLIC)


def _order(order: OrderView, names: Iterable[str]) -> dict[str, Any]:
    return {
        name: _WRITTEN[name](getattr(order, name)) if name in _WRITTEN else getattr(order, name)
        for name in names
    }


def without_person(message: dict[str, Any]) -> dict[str, Any]:
    """Return a notification's body with all of the order that anybody may see, and no more.

    Keys stay, empty: whoever reads the message finds the shape that was promised.
    """
    data = message["data"]
    kept = {
        key: value if key in _IMPERSONAL else _emptied(key, value)
        for key, value in data["order"].items()
    }
    return message | {"data": data | {"order": kept} | _untraced(data)}


def _untraced(data: dict[str, Any]) -> dict[str, Any]:
    """Return a parcel without what leads to whoever gets it."""
    if "shipment" not in data:
        return {}
    return {"shipment": data["shipment"] | {"tracking_number": None, "tracking_url": None}}


def _emptied(name: str, value: Any) -> Any:
    """Return nothing of its kind; a part of what the buyer told is not there then."""
    if value is None or (name in SHOWN and not isinstance(value, list)):
        return None
    return type(value)()


def _line(line: LineView) -> dict[str, Any]:
    return {
        "price": line.price,
        "name": line.name,
        "quantity": line.quantity,
        "unit_amount": line.unit_amount,
        "amount": line.amount,
    }


def private_order(order: OrderView) -> dict[str, Any]:
    """Return the order as the merchant's own backend sees it."""
    return _order(order, _PRIVATE)


def detailed_order(detail: OrderDetail) -> dict[str, Any]:
    """Return the order with everything that hangs on it beside its own fields."""
    return private_order(detail.order) | {
        "attempts": [_attempt(view) for view in detail.attempts],
        "refunds": [_money_back(view) for view in detail.refunds],
        "disputes": [_dispute(view) for view in detail.disputes],
        "early_fraud_warnings": [
            _warning(view) | {"created_at": rfc3339(view.created)} for view in detail.warnings
        ],
        "hold_details": [_hold(view) for view in detail.holds],
        "subscriptions": [subscription(known) for known in detail.subscriptions],
        "shipments": [shipment(sent) for sent in detail.shipments],
        "trail": [_step(view) for view in detail.trail],
    }


def subscription(known: Subscription | SubscriptionView) -> dict[str, Any]:
    end = known.current_period_end
    return {
        "id": known.id,
        "status": known.status,
        "current_period_end": None if end is None else rfc3339(end),
    }


def shipment(sent: Shipment) -> dict[str, Any]:
    return {
        "id": sent.id,
        "carrier": sent.parcel.carrier,
        "tracking_number": sent.parcel.tracking_number,
        "tracking_url": sent.parcel.tracking_url,
        "shipped_at": rfc3339(sent.shipped_at),
    }


def invoice(view: InvoiceView) -> dict[str, Any]:
    return {
        "id": view.id,
        "amount_due": view.amount_due,
        "amount_paid": view.amount_paid,
        "currency": view.currency,
    }


def renewal(view: RenewalView | None) -> dict[str, Any]:
    """Return the subscription and its invoice that a notification's money was for."""
    if view is None:
        return {}
    return {"subscription": subscription(view.subscription), "invoice": invoice(view.invoice)}


def subject(view: RefundView | DisputeView | FraudWarningView | None) -> dict[str, Any]:
    """Return the refund, dispute or warning that a notification tells of, under its name."""
    match view:
        case RefundView():
            return {
                "refund": {
                    "id": view.id,
                    "amount": view.amount,
                    "currency": view.currency,
                    "status": view.status,
                    "payment_intent": view.intent_id,
                }
            }
        case DisputeView():
            due_by = view.evidence_due_at
            return {
                "dispute": {
                    "id": view.id,
                    "kind": "inquiry" if view.is_inquiry else "dispute",
                    "status": view.status,
                    "reason": view.reason,
                    "amount": view.amount,
                    "currency": view.currency,
                    "due_by": None if due_by is None else rfc3339(due_by),
                    "payment_intent": view.intent_id,
                }
            }
        case FraudWarningView():
            return {"early_fraud_warning": _warning(view)}
        case None:
            return {}


def _warning(view: FraudWarningView) -> dict[str, Any]:
    return {
        "id": view.id,
        "fraud_type": view.fraud_type,
        "actionable": view.actionable,
        "payment_intent": view.intent_id,
    }


def _hold(view: HoldView) -> dict[str, Any]:
    return {
        "name": view.name,
        "expected": view.expected,
        "seen": view.seen,
        "seen_at": None if view.seen_at is None else rfc3339(view.seen_at),
        "source": view.source,
        "event": view.event,
        "attempt": view.attempt_id,
        "raised_at": rfc3339(view.raised_at),
        "released_at": None if view.released_at is None else rfc3339(view.released_at),
    }


def _attempt(view: AttemptView) -> dict[str, Any]:
    return {
        "id": view.id,
        "flow": view.kind,
        "state": view.state,
        "won": view.won,
        "checkout_session": view.checkout_session,
        "payment_intent": view.payment_intent,
        "payment_link": view.payment_link,
        "amount": view.amount,
        "status": view.stripe_status,
        "payment_status": view.payment_status,
        "expires_at": None if view.expires_at is None else rfc3339(view.expires_at),
        "created_at": rfc3339(view.created_at),
        "recovery_url": view.recovery_url,
    }


def _money_back(view: MoneyBackView) -> dict[str, Any]:
    return {
        "id": view.id,
        "amount": view.amount,
        "currency": view.currency,
        "status": view.status,
        "payment_intent": view.payment_intent,
        "created_at": rfc3339(view.created_at),
    }


def _dispute(view: MoneyBackView) -> dict[str, Any]:
    return _money_back(view) | {
        "kind": "inquiry" if view.is_inquiry else "dispute",
        "reason": view.reason,
        "due_by": None if view.due_by is None else rfc3339(view.due_by),
    }


def _step(view: TrailView) -> dict[str, Any]:
    return {
        "seq": view.seq,
        "before": view.before,
        "after": view.after,
        "source": view.source,
        "reason": view.reason,
        "event": view.event,
        "at": rfc3339(view.at),
    }
