"""PaymentIntents of our own, in our words: what creates one, and what may be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Protocol

from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.frozen import frozen


@frozen
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
    manual: bool = False  # the merchant captures
    customer: str | None = None  # as Stripe keeps them


class Intents(Protocol):
    def open(self, request: IntentRequest) -> tuple[Fact, str | None]:
        """Create a PaymentIntent; the second value is its client secret, never to be stored.

        None where Stripe's answer has none.
        """
        ...

    def client_secret(self, intent_id: str) -> str: ...

    def update(self, intent_id: str, *, amount: int, idempotency_key: str) -> Fact: ...

    def close(self, intent_id: str, *, idempotency_key: str, reason: str | None) -> Fact | None:
        """Cancel an intent; None when it cannot be canceled any more."""
        ...

    def capture(
        self, intent_id: str, *, amount: int | None, idempotency_key: str, request_id: str
    ) -> Fact | None:
        """Take money that was authorised, all or part of it (minor units); None when none is.

        Raises StripeRejected when Stripe refuses the amount.
        """
        ...

    def look(self, intent_id: str, *, urgent: bool) -> Snapshot:
        """Retrieve an intent with its refunds and disputes."""
        ...

    def find(self, *, created_from: int, created_to: int) -> Iterator[Snapshot]:
        """List intents newest first (milliseconds UTC); their refunds are not shown."""
        ...
