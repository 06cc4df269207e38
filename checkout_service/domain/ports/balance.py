"""What moved on the merchant's balance at Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from checkout_service.domain.frozen import frozen


@frozen
class Movement:
    """One movement, in minor units of the balance's currency; below zero it left the balance.

    `category` is Stripe's own word for its reports, such as charge, refund, dispute, payout.
    """

    id: str
    category: str
    amount: int
    fee: int
    currency: str
    source: str | None
    created: int  # milliseconds UTC


class Balance(Protocol):
    def movements(self, *, created_from: int, created_to: int) -> Iterator[list[Movement]]:
        """List movements from a time on and before another, page by page, newest first.

        Raises StripeUnavailable, StripeRejected, ReadsSpent.
        """
        ...
