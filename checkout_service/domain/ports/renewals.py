"""What a payment of a subscription's pays for, beyond the first: a later invoice of it."""

from __future__ import annotations

from typing import Protocol

from checkout_service.domain.facts.snapshots import InvoiceView


class Renewals(Protocol):
    def invoice_of(self, intent_id: str) -> InvoiceView | None:
        """Return the subscription's invoice that this payment pays; None if it pays none."""
        ...
