"""Stripe's own Prices, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from checkout_service.domain.frozen import frozen


@frozen
class PriceView:
    """A Price of Stripe's: minor units, lower-case currency."""

    id: str
    unit_amount: int | None
    currency: str
    recurring: Mapping[str, str | int] | None
    active: bool


class Prices(Protocol):
    def price(self, price_id: str) -> PriceView: ...
