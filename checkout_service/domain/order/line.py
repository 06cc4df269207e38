"""A line of an order: what is sold, how many, and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from checkout_service.domain.frozen import frozen


@frozen
class Line:
    """Frozen when the order is made; amounts in minor units."""

    price: str | None
    name: str
    description: str
    quantity: int
    unit_amount: int
    currency: str
    stripe_price: str | None = None
    recurring: Mapping[str, str | int] | None = None
    adjustable: tuple[int, int] | None = field(default=None, compare=False)  # by the buyer
    tax_behavior: str | None = field(default=None, compare=False)

    @property
    def amount(self) -> int:
        return self.unit_amount * self.quantity
