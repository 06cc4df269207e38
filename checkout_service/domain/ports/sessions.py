"""Checkout Sessions, in our words: what opens one, and what may be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Protocol

from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.frozen import frozen


@frozen
class LineRequest:
    """One line: either Stripe's own price, or our name and unit amount (minor units).

    `product` is what else Stripe is told of ours: images, tax code, unit label. `adjustable` is how
    few and how many the buyer may make it, `place` what the line is known by.
    """

    name: str
    unit_amount: int
    currency: str
    quantity: int
    description: str | None = None
    stripe_price: str | None = None
    recurring: Mapping[str, str | int] | None = None
    product: Mapping[str, object] = field(default_factory=dict)
    adjustable: tuple[int, int] | None = None
    place: int | None = None
    tax_behavior: str | None = None


@frozen
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
    manual: bool = False  # the merchant captures
    options: Mapping[str, object] = field(default_factory=dict)


class Sessions(Protocol):
    def open(self, request: SessionRequest) -> tuple[Fact, str | None]:
        """Create a session; the second value is its client secret, never to be stored.

        None for one that is paid on Stripe's own page.
        """
        ...

    def client_secret(self, session_id: str) -> str | None:
        """Read the client secret of a session; None where Stripe shows none (any more)."""
        ...

    def update(
        self,
        session_id: str,
        *,
        lines: tuple[LineRequest, ...],
        options: Mapping[str, object],
        idempotency_key: str,
    ) -> Fact:
        """Put these items in the place of an open session's; its `options` are as at its opening.

        Raises StripeRejected when it is not open any more, too.
        """
        ...

    def close(self, session_id: str, *, idempotency_key: str) -> Fact | None:
        """Expire an open session; None when it was not open any more."""
        ...

    def look(self, session_id: str, *, urgent: bool) -> Snapshot:
        """Retrieve a session with its payment, refunds and disputes."""
        ...

    def find(
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
