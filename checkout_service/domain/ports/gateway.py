"""The door to Stripe, in our words. Use cases know this protocol and never the SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import IncomingEvent, Snapshot


@dataclass(frozen=True, slots=True)
class LineRequest:
    """One line: either Stripe's own price, or our name and unit amount (minor units)."""

    name: str
    unit_amount: int
    currency: str
    quantity: int
    description: str | None = None
    stripe_price: str | None = None
    recurring: Mapping[str, str | int] | None = None


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """All that opens a Checkout Session. Equal requests under one key are one session."""

    idempotency_key: str
    order_id: str
    attempt_id: str
    reference: str
    mode: str
    currency: str
    lines: tuple[LineRequest, ...]
    success_url: str
    cancel_url: str
    customer_email: str | None = None
    locale: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    expires_at: int | None = None  # milliseconds UTC
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IntentRequest:
    """All that creates a PaymentIntent; amounts in minor units."""

    idempotency_key: str
    order_id: str
    attempt_id: str
    amount: int
    currency: str
    description: str
    customer_email: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """All that gives money back (minor units); `request_id` is ours, by which it is found again.

    `reason` is one of Stripe's own words.
    """

    idempotency_key: str
    request_id: str
    order_id: str
    intent_id: str
    amount: int
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceView:
    """A Price of Stripe's: minor units, lower-case currency."""

    id: str
    unit_amount: int | None
    currency: str
    recurring: Mapping[str, str | int] | None
    active: bool


class PaymentGateway(Protocol):
    """Everything we ask of Stripe. Facts and snapshots say when their request was sent.

    Raises StripeUnavailable (no answer, the outcome of a write is unknown), StripeRejected
    (understood and refused) and, on reads, ReadsSpent. `urgent` reads go before the sweep's.
    """

    def open_session(self, request: SessionRequest) -> Fact: ...

    def close_session(self, session_id: str, *, idempotency_key: str) -> Fact | None:
        """Expire an open session; None when it was not open any more."""
        ...

    def look_at_session(self, session_id: str, *, urgent: bool) -> Snapshot: ...

    def find_sessions(
        self,
        *,
        created_from: int | None = None,
        created_to: int | None = None,
        payment_link: str | None = None,
        status: str | None = None,
        whole: bool = False,
    ) -> Iterator[Snapshot]:
        """List sessions newest first, page by page; the window is in milliseconds UTC.

        With `whole` each is shown with its payment and refunds, as far as one list can.
        """
        ...

    def open_intent(self, request: IntentRequest) -> tuple[Fact, str | None]:
        """Create a PaymentIntent; the second value is its client secret, never to be stored.

        None where Stripe's answer has none.
        """
        ...

    def client_secret(self, intent_id: str) -> str: ...

    def update_intent(self, intent_id: str, *, amount: int, idempotency_key: str) -> Fact: ...

    def close_intent(
        self, intent_id: str, *, idempotency_key: str, reason: str | None
    ) -> Fact | None:
        """Cancel an intent; None when it cannot be canceled any more."""
        ...

    def capture_intent(
        self, intent_id: str, *, amount: int | None, idempotency_key: str, request_id: str
    ) -> Fact | None:
        """Take money that was authorised, all or part of it (minor units); None when none is."""
        ...

    def look_at_intent(self, intent_id: str, *, urgent: bool) -> Snapshot: ...

    def find_intents(self, *, created_from: int, created_to: int) -> Iterator[Snapshot]: ...

    def refund(self, request: RefundRequest) -> Fact: ...

    def find_refunds(self, intent_id: str) -> Iterator[Fact]:
        """List all refunds of a payment, failed ones too."""
        ...

    def price(self, price_id: str) -> PriceView: ...

    def events_since(self, created_from: int, *, undelivered: bool) -> Iterator[IncomingEvent]:
        """List events from a time on (milliseconds UTC), oldest first."""
        ...

    def read_signed_event(self, body: bytes, signature: str | None) -> IncomingEvent:
        """Verify a webhook and read it; its age is measured in real time. Raises BadEvent."""
        ...

    def read_event(self, body: bytes) -> IncomingEvent:
        """Read an event that was verified before. Raises BadEvent."""
        ...
