"""Stripe's customer portal: where customers see to their subscriptions and cards themselves."""

from __future__ import annotations

from typing import Protocol


class Portal(Protocol):
    def open(self, customer: str, *, return_url: str, idempotency_key: str | None) -> str:
        """Open a short-lived way into the portal and return its url: whoever has it is in.

        Raises StripeUnavailable, StripeRejected.
        """
        ...
