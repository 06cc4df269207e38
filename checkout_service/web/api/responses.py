"""What the API answers, as models for the OpenAPI document. `serialiser` writes the real thing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from checkout_service.domain.status import Hold
from checkout_service.domain.views.orders import OrderView, PublicOrder

from .documents import Document, documented


class Recurring(Document):
    interval: Literal["day", "week", "month", "year"]
    interval_count: int


class PriceDocument(Document):
    id: str
    currency: str = Field(description="three lower-case letters")
    unit_amount: int = Field(description="minor units")
    recurring: Recurring | None


class ProductDocument(Document):
    id: str
    name: str
    description: str
    prices: list[PriceDocument]


class Products(Document):
    data: list[ProductDocument]


class Config(Document):
    publishable_key: str | None
    livemode: bool
    flows: list[Literal["checkout_session", "payment_intent", "payment_link"]]


class LineDocument(Document):
    price: str | None
    name: str
    quantity: int
    unit_amount: int
    amount: int


class Order(documented(PublicOrder)):  # type: ignore[misc]  # its fields are the view's own
    """All that is public of an order. Amounts are minor units."""

    holds: list[Hold]
    created_at: datetime
    items: list[LineDocument]


class Session(Document):
    id: str
    url: str | None = Field(
        description="Stripe's page; null when it is over, or paid on a page of your own"
    )
    client_secret: str | None = Field(
        None,
        description="only in the answer to a create with another ui_mode than hosted_page: hand it "
        "to Stripe.js, keep it nowhere",
    )
    publishable_key: str | None = Field(None, description="beside client_secret, for Stripe.js")
    status: Literal["open", "complete", "expired"]
    payment_status: Literal["unpaid", "paid", "no_payment_required"]
    expires_at: datetime | None
    final: bool = Field(description="the order waits for nothing, or a person looks at it")
    order: Order


class PortalSession(Document):
    url: str = Field(description="short-lived: hand it to the customer who is signed in with you")


class Intent(Document):
    id: str
    client_secret: str | None = Field(
        None, description="only in the answer to a create: hand it to Stripe.js, keep it nowhere"
    )
    publishable_key: str | None
    status: str = Field(description="Stripe's own word for the intent")
    final: bool
    order: Order


class LinkOrder(Document):
    url: str = Field(description="send the buyer there: the Payment Link with the reference")
    client_reference_id: str = Field(description="keep it in the buyer's browser, for polling")
    order: Order


class LinkStanding(Document):
    order: Order
    final: bool


class PrivateOrder(documented(OrderView, Order)):  # type: ignore[misc]  # as above
    """An order as the merchant's own backend sees it."""

    metadata: dict[str, str]
    flow: Literal["checkout_session", "payment_intent", "payment_link"]
    capture: Literal["automatic", "manual"]
    amount_capturable: int = Field(description="authorised, and not captured or voided yet")
    capture_before: datetime | None = Field(description="when the authorisation ends")


class Orders(Document):
    data: list[PrivateOrder]
    next_cursor: str | None


class AttemptDocument(Document):
    """One try at paying: a Checkout Session, a PaymentIntent or a Payment Link."""

    id: str
    flow: Literal["checkout_session", "payment_intent", "payment_link"]
    state: str
    won: bool = Field(description="this try paid the order")
    checkout_session: str | None
    payment_intent: str | None
    payment_link: str | None
    amount: int
    status: str | None = Field(description="Stripe's own word for it")
    payment_status: str | None
    expires_at: datetime | None
    created_at: datetime
    recovery_url: str | None


class MoneyBackDocument(Document):
    """A refund; one that is pending has not reached the buyer yet."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    created_at: datetime


class DisputeDocument(MoneyBackDocument):
    """A dispute, or an inquiry before one: `due_by` is when an answer must be at Stripe."""

    kind: Literal["dispute", "inquiry"]
    reason: str = Field(description="Stripe's own word")
    due_by: datetime | None


class FraudWarningDocument(Document):
    """The card's bank takes a payment for fraud; no money has moved yet."""

    id: str
    fraud_type: str = Field(description="Stripe's own word")
    actionable: bool = Field(description="a refund now may spare the dispute")
    payment_intent: str | None
    created_at: datetime


class SubscriptionDocument(Document):
    id: str
    status: str = Field(description="Stripe's own word, as last heard")
    current_period_end: datetime | None


class ShipmentDocument(Document):
    """A parcel on its way; nothing of the money depends on it."""

    id: str
    carrier: str
    tracking_number: str | None
    tracking_url: str | None
    shipped_at: datetime


class TrailDocument(Document):
    seq: int
    before: str
    after: str
    source: str
    reason: str | None
    event: str | None
    at: datetime


class HoldDetails(Document):
    """A hold with its evidence: what was expected and what was seen instead."""

    name: str
    expected: str
    seen: str
    seen_at: datetime | None
    source: str | None
    event: str | None
    attempt: str
    raised_at: datetime
    released_at: datetime | None


class OrderInDepth(PrivateOrder):
    attempts: list[AttemptDocument]
    refunds: list[MoneyBackDocument]
    disputes: list[DisputeDocument]
    early_fraud_warnings: list[FraudWarningDocument]
    hold_details: list[HoldDetails]
    subscriptions: list[SubscriptionDocument]
    shipments: list[ShipmentDocument]
    trail: list[TrailDocument]


class NotificationDocument(Document):
    """One message: the id and body that are sent, and what became of it."""

    id: str = Field(description="the `webhook-id` it is sent under")
    type: str
    created_at: datetime
    state: Literal["due", "delivered", "dead", "kept"] = Field(
        description="`kept`: nobody wanted it when it was written; it is sent when asked for"
    )
    body: dict[str, Any]


class Notifications(Document):
    data: list[NotificationDocument]
    next_cursor: str | None = Field(
        description="leads to what is written later, too; null while there was never a message"
    )


class Redelivery(Document):
    id: str
    state: Literal["due"]


class Refund(Document):
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    order: str


class FaultDocument(Document):
    loc: str
    message: str


class ProblemDocument(Document):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FaultDocument] | None = None
    stripe_code: str | None = Field(
        None, description="Stripe's own word, where it is Stripe that refused to move money"
    )
