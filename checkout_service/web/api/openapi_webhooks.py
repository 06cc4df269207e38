"""What we send, for the OpenAPI document: every notification, with all that it carries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from checkout_service.domain.order.settlement import MessageKind as Kind

from .openapi_schemas import name_of
from .responses import PrivateOrder, ShipmentDocument, SubscriptionDocument

_WHAT = {
    Kind.PAID: "Fulfil this order: it is paid, and nothing holds it. One id an order, ever.",
    Kind.PROCESSING: "The money is on its way, or awaited by voucher or transfer.",
    Kind.AUTHORIZED: "The money is held on the buyer's card: capture or void it; do not ship yet.",
    Kind.FAILED: "The payment failed after the buyer left; the order can be tried again.",
    Kind.EXPIRED: "Nobody paid in time.",
    Kind.CANCELED: "The order was canceled.",
    Kind.REFUND_PENDING: "A refund was asked for and is not back with the buyer yet.",
    Kind.REFUNDED: "Money is back with the buyer.",
    Kind.REFUND_FAILED: "A refund did not go through: the money is yours again.",
    Kind.DISPUTE_NEEDS_RESPONSE: "A dispute or an inquiry waits for your answer at Stripe.",
    Kind.DISPUTED: "The buyer's bank has taken the money back, for now.",
    Kind.DISPUTE_CLOSED: "A dispute was decided.",
    Kind.EARLY_FRAUD_WARNING: "The card's bank takes the payment for fraud.",
    Kind.HELD: "A person must look before this order is fulfilled; see `holds`.",
    Kind.SHIPPED: "Somebody at the desk said that it is on its way to the buyer.",
    Kind.SUBSCRIPTION_RENEWED: "A subscription was paid for another period.",
    Kind.SUBSCRIPTION_PAST_DUE: "A subscription's payment failed.",
    Kind.SUBSCRIPTION_ENDED: "A subscription has ended.",
    Kind.SUBSCRIPTION_REFUNDED: "Money that a subscription brought later is back with the buyer.",
    Kind.SUBSCRIPTION_REFUND_FAILED: "Such a refund did not go through after all.",
    Kind.SUBSCRIPTION_DISPUTED: "The buyer's bank asks for a later payment of a subscription.",
    Kind.SUBSCRIPTION_DISPUTE_CLOSED: "A dispute of a later payment was decided.",
}


class NotifiedRefund(BaseModel):
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None


class NotifiedDispute(BaseModel):
    id: str
    kind: Literal["dispute", "inquiry"]
    status: str = Field(description="Stripe's own word")
    reason: str
    amount: int
    currency: str
    due_by: datetime | None = Field(description="when your answer must be at Stripe")
    payment_intent: str | None


class NotifiedWarning(BaseModel):
    id: str
    fraud_type: str
    actionable: bool = Field(description="a refund now may spare the dispute")
    payment_intent: str | None


class NotifiedInvoice(BaseModel):
    id: str
    amount_due: int
    amount_paid: int
    currency: str


_REFUND: dict[str, type[BaseModel]] = {"refund": NotifiedRefund}
_DISPUTE: dict[str, type[BaseModel]] = {"dispute": NotifiedDispute}
_RENEWAL: dict[str, type[BaseModel]] = {
    "subscription": SubscriptionDocument,
    "invoice": NotifiedInvoice,
}
_BESIDE: dict[Kind, dict[str, type[BaseModel]]] = {
    Kind.REFUND_PENDING: _REFUND,
    Kind.REFUNDED: _REFUND,
    Kind.REFUND_FAILED: _REFUND,
    Kind.DISPUTE_NEEDS_RESPONSE: _DISPUTE,
    Kind.DISPUTED: _DISPUTE,
    Kind.DISPUTE_CLOSED: _DISPUTE,
    Kind.EARLY_FRAUD_WARNING: {"early_fraud_warning": NotifiedWarning},
    Kind.SHIPPED: {"shipment": ShipmentDocument},
    Kind.SUBSCRIPTION_RENEWED: _RENEWAL,
    Kind.SUBSCRIPTION_PAST_DUE: _RENEWAL,
    Kind.SUBSCRIPTION_ENDED: {"subscription": SubscriptionDocument},
    Kind.SUBSCRIPTION_REFUNDED: _REFUND | _RENEWAL,
    Kind.SUBSCRIPTION_REFUND_FAILED: _REFUND | _RENEWAL,
    Kind.SUBSCRIPTION_DISPUTED: _DISPUTE | _RENEWAL,
    Kind.SUBSCRIPTION_DISPUTE_CLOSED: _DISPUTE | _RENEWAL,
}
MODELS: tuple[type[BaseModel], ...] = (
    PrivateOrder, NotifiedRefund, NotifiedDispute, NotifiedWarning, NotifiedInvoice,
    ShipmentDocument, SubscriptionDocument,
)  # fmt: skip
_HEADERS = {
    "webhook-id": "the message's own id: keep it, and skip what you have seen",
    "webhook-timestamp": "seconds since the epoch, part of what is signed",
    "webhook-signature": "Standard Webhooks 1.0: one `v1,` signature for each secret",
}


def webhooks() -> dict[str, Any]:
    """Describe each notification as a POST to the merchant's backend."""
    return {kind.value: {"post": _operation(kind)} for kind in Kind}


def _operation(kind: Kind) -> dict[str, Any]:
    return {
        "operationId": "on_" + kind.value.replace(".", "_"),
        "summary": _WHAT[kind],
        "tags": ["Notifications"],
        "parameters": [_header(name, what) for name, what in _HEADERS.items()],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _body(kind)}},
        },
        "responses": {
            "2XX": {"description": "Taken: it is not sent again."},
            "410": {"description": "Nothing more is sent until somebody enables it again."},
            "default": {"description": "Not taken: it is sent again, for about three days."},
        },
    }


def _header(name: str, what: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": what,
        "schema": {"type": "string"},
    }


def _body(kind: Kind) -> dict[str, Any]:
    models = {"order": PrivateOrder} | _BESIDE.get(kind, {})
    beside = {name: {"$ref": _ref(model)} for name, model in models.items()}
    # An invoice is shown where Stripe's event was the invoice's own.
    needed = [name for name in beside if name != "invoice"]
    data = _an_object(beside | {"sequence": {"type": "integer"}}, [*needed, "sequence"])
    moment = {"type": "string", "format": "date-time"}
    fields = {"type": {"const": kind.value}, "timestamp": moment, "data": data}
    return _an_object(fields, list(fields))


def _an_object(fields: dict[str, Any], needed: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": needed}


def _ref(model: type[BaseModel]) -> str:
    return f"#/components/schemas/{name_of(model.__name__)}"
