"""What leaves the use cases: frozen answers, no rows.

Times are milliseconds UTC, money is minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from checkout_service.domain.facts.buyer import (
    Consent,
    Customer,
    CustomField,
    Invoice,
    PaymentMethod,
    Presentment,
    Shipping,
)
from checkout_service.domain.facts.snapshots import FraudWarningView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.care import Shipment
from checkout_service.domain.order.ledger import REFUND_GONE_AGAIN
from checkout_service.domain.order.money_writes import MoneyWrite
from checkout_service.domain.order.subscriptions import Subscription
from checkout_service.domain.status import OrderStatus, is_final

from .quarantine import QuarantinedLook


@frozen
class LineView:
    price: str | None
    name: str
    quantity: int
    unit_amount: int
    amount: int


@frozen
class PublicOrder:
    """What anybody who knows an order's id may see of it."""

    id: str
    status: OrderStatus
    fulfilled: bool
    amount_total: int
    amount_paid: int
    amount_refunded: int
    currency: str
    holds: tuple[str, ...]
    livemode: bool
    created_at: int
    items: tuple[LineView, ...]


@frozen
class OrderView(PublicOrder):
    """One order; what is added here is for an API key or a notification."""

    client_reference_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    flow: str = "checkout_session"
    customer_email: str | None = None
    checkout_session: str | None = None
    payment_intent: str | None = None
    amount_discount: int = 0
    amount_tax: int = 0
    amount_shipping: int = 0
    amount_charged_back: int = 0
    customer: Customer | None = None
    shipping: Shipping | None = None
    custom_fields: tuple[CustomField, ...] = ()
    consent: Consent | None = None
    presentment: Presentment | None = None
    payment_method: PaymentMethod | None = None
    receipt_url: str | None = None
    invoice: Invoice | None = None
    capture: str = "automatic"
    amount_capturable: int = 0
    capture_before: int | None = None

    @property
    def final(self) -> bool:
        """True when nobody needs to wait for it."""
        return is_final(self.status, self.holds)

    @property
    def total(self) -> int:
        """Return what the buyer reads as the total: with discount, tax and shipping."""
        more = self.amount_tax + self.amount_shipping
        return self.amount_total - self.amount_discount + more


@frozen
class SessionAnswer:
    """The session object of the API: this session's words, the whole order's truth."""

    id: str
    url: str | None
    status: str
    payment_status: str
    expires_at: int | None
    order: OrderView
    client_secret: str | None = field(default=None, repr=False)  # only ever in a create's answer
    retry_after: int = 2  # seconds, while not final

    @property
    def has_no_page(self) -> bool:
        """True if it is open and Stripe has no page for it: a page of the merchant's own has."""
        return self.status == "open" and self.url is None


@frozen
class IntentAnswer:
    """The intent object of the API; the client secret only ever in a create's answer."""

    id: str
    status: str
    order: OrderView
    client_secret: str | None = field(default=None, repr=False)
    retry_after: int = 2


@frozen
class LinkAnswer:
    url: str
    client_reference_id: str
    order: OrderView


@frozen
class AttemptView:
    id: str
    kind: str
    state: str
    won: bool
    checkout_session: str | None
    payment_intent: str | None
    payment_link: str | None
    amount: int
    stripe_status: str | None
    payment_status: str | None
    expires_at: int | None
    created_at: int
    recovery_url: str | None = None
    seen_at: int | None = None  # when Stripe showed it so; None while it never did


@frozen
class MoneyBackView:
    """A refund or a dispute in the ledger of an order; `reason` and `due_by` are a dispute's."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    created_at: int
    reason: str = ""
    due_by: int | None = None

    @property
    def is_inquiry(self) -> bool:
        """True for a question of the buyer's bank: no money has moved yet."""
        return self.status.startswith("warning_")

    @property
    def needs_response(self) -> bool:
        """True for a dispute that waits for the merchant's answer at Stripe."""
        return self.status.endswith("needs_response")


@frozen
class GoingBack:
    """What an order's refunds have not brought back to the buyer: minor units."""

    on_its_way: int = 0
    fell_through: int = 0

    @classmethod
    def of(cls, refunds: Iterable[MoneyBackView]) -> GoingBack:
        """Add refunds up, oldest first; a later one makes good what fell through before it."""
        on_its_way = fell_through = 0
        for refund in refunds:
            gone_again = refund.status in REFUND_GONE_AGAIN
            fell_through = fell_through + refund.amount if gone_again else 0
            if not gone_again and refund.status != "succeeded":
                on_its_way += refund.amount
        return cls(on_its_way, fell_through)


ALL_THERE = GoingBack()


@frozen
class HoldView:
    """A hold and its evidence: what was expected, what was seen, when, by which event or door."""

    name: str
    attempt_id: str
    expected: str
    seen: str
    seen_at: int | None
    source: str | None
    event: str | None
    raised_at: int
    released_at: int | None


@frozen
class TrailView:
    """One entry of the trail: what moved, by which door, because of what, when."""

    seq: int
    before: str
    after: str
    source: str
    reason: str | None
    event: str | None
    at: int


@frozen
class OrderDetail:
    """`open_writes` are writes of money whose outcome is not known yet."""

    order: OrderView
    attempts: tuple[AttemptView, ...]
    refunds: tuple[MoneyBackView, ...]
    disputes: tuple[MoneyBackView, ...]
    trail: tuple[TrailView, ...]
    warnings: tuple[FraudWarningView, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    holds: tuple[HoldView, ...] = ()
    open_writes: tuple[MoneyWrite, ...] = ()
    quarantined: QuarantinedLook | None = None


@frozen
class OrderPage:
    orders: tuple[OrderView, ...]
    next_cursor: str | None


@frozen
class RefundAnswer:
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | None
    order: str
