"""Frozen views of Stripe's objects, in our words. All that bears on an order, and nothing else.

Amounts are minor units, times are milliseconds UTC.
"""

from __future__ import annotations

from dataclasses import field

from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.room import ShownLine

from .buyer import NOBODY, Buyer


@frozen
class IntentView:
    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    livemode: bool
    order_id: str | None = None
    attempt_id: str | None = None
    delayed_failure: bool = False  # the last try was a delayed method, and it failed
    created: int = 0
    customer_email: str | None = None
    waits: bool = False  # a voucher or transfer was shown, and its buyer has yet to pay it
    waits_until: int | None = None  # the voucher's own end
    cancellation_reason: str | None = None
    buyer: Buyer = NOBODY
    manual: bool = False  # its money is taken by a capture of the merchant's
    capture_before: int | None = None  # when an authorisation ends, where its charge was shown
    request_id: str | None = None  # the capture of ours that it answers


@frozen
class SessionView:
    id: str
    status: str | None
    payment_status: str
    mode: str
    amount_subtotal: int
    amount_total: int
    currency: str
    livemode: bool
    amount_discount: int = 0
    amount_tax: int = 0
    amount_shipping: int = 0
    shipping_tax: int = 0  # the part of `amount_tax` that is on the shipping
    url: str | None = None
    expires_at: int | None = None
    created: int = 0
    client_reference_id: str | None = None
    payment_link: str | None = None
    order_id: str | None = None
    attempt_id: str | None = None
    intent_id: str | None = None
    intent: IntentView | None = None
    customer_email: str | None = None
    subscription_id: str | None = None
    recovered_from: str | None = None
    recovery_url: str | None = None
    async_failed: bool = False  # told by checkout.session.async_payment_failed
    lines: tuple[ShownLine, ...] | None = None  # where they were shown, and all of them
    lines_total: int | None = None  # after discounts and with the tax that is on top, likewise
    buyer: Buyer = NOBODY  # as the session itself tells; how it was paid is its intent's to tell


@frozen
class RefundView:
    id: str
    amount: int
    currency: str
    status: str
    intent_id: str | None
    charge_id: str | None = None
    created: int = 0
    request_id: str | None = None  # the refund request of ours that it answers
    booked: bool = True  # False: Stripe took nothing from the merchant's balance for it


@frozen
class DisputeView:
    id: str
    amount: int
    currency: str
    status: str
    intent_id: str | None
    charge_id: str | None = None
    reason: str = ""
    evidence_due_at: int | None = None
    created: int = 0

    @property
    def is_inquiry(self) -> bool:
        """True for a question of the buyer's bank: no money has moved yet."""
        return self.status.startswith("warning_")


@frozen
class ChargeView:
    """A charge says how an intent was paid, and that money may have moved back."""

    id: str
    intent_id: str | None
    amount_refunded: int = 0
    disputed: bool = False
    order_id: str | None = None
    buyer: Buyer = NOBODY


@frozen
class FraudWarningView:
    """The card's bank takes a payment for fraud; no money has moved yet.

    `actionable` says that a refund now may spare the dispute.
    """

    id: str
    intent_id: str | None
    charge_id: str | None
    fraud_type: str
    actionable: bool
    created: int = 0


@frozen
class Snapshot:
    """One look at one attempt: what Stripe answered to a request sent at `asked_at`.

    `whole` says that nothing of the payment is missing that our key may see.
    """

    asked_at: int
    whole: bool = True
    session: SessionView | None = None
    intent: IntentView | None = None
    refunds: tuple[RefundView, ...] = ()
    disputes: tuple[DisputeView, ...] = ()


SUBSCRIPTION_ENDED = frozenset(("canceled", "incomplete_expired"))


@frozen
class SubscriptionView:
    id: str
    status: str
    current_period_end: int | None = None
    latest_invoice: str | None = None
    order_id: str | None = None

    @property
    def subscription_id(self) -> str:
        return self.id

    @property
    def ended(self) -> bool:
        return self.status in SUBSCRIPTION_ENDED


@frozen
class InvoiceView:
    """An invoice of a subscription; `period_end` is the end of what it pays for."""

    id: str
    subscription_id: str
    status: str | None
    billing_reason: str | None
    amount_due: int
    amount_paid: int
    currency: str
    period_end: int | None = None
    order_id: str | None = None
    failed: bool = False  # told by invoice.payment_failed


@frozen
class RenewalView:
    """What a payment of a subscription's beyond the first paid for."""

    subscription: SubscriptionView
    invoice: InvoiceView


Subject = SessionView | IntentView | RefundView | DisputeView | ChargeView | FraudWarningView
Billing = SubscriptionView | InvoiceView  # tells of a subscription, never of an order's payment


@frozen
class ThinNotice:
    """What a thin event tells: which object changed, never how; that is a look's to find out.

    `kind` is Stripe's word for the object; `snapshot_event` is the event that shows the change.
    """

    id: str
    kind: str
    snapshot_event: str | None = None


@frozen
class IncomingEvent:
    """A verified event of Stripe's.

    `unreadable` names what could not be read of its object; `hints` are the ids found in it then.
    `notice` is a thin event's, where it is of a kind that we know; it has no subject.
    """

    id: str
    type: str
    api_version: str | None
    livemode: bool
    created: int
    body: bytes = field(repr=False)
    subject: Subject | Billing | None = None
    notice: ThinNotice | None = None
    account: str | None = None
    context: str | None = None  # whose it is, where an organisation's endpoint says so
    signed_at: int | None = None  # the signature's own time, where it came by webhook
    unreadable: str | None = None
    hints: tuple[str, ...] = ()
