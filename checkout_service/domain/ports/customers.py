"""Customers as Stripe keeps them: who a saved way to pay belongs to."""

from __future__ import annotations

from typing import Protocol


class Customers(Protocol):
    """Raises StripeUnavailable and StripeRejected."""

    def is_there(self, customer_id: str) -> bool:
        """True if Stripe still keeps this customer; one that was deleted pays for nothing."""
        ...

    def create(self, *, email: str, idempotency_key: str | None) -> str:
        """Make a customer and return its id; the same key makes one."""
        ...
