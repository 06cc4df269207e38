"""Stripe's own Prices, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PriceView:
    """A Price of Stripe's: minor units, lower-case currency."""

    id: str
    unit_amount: int | None
    currency: str
    recurring: Mapping[str, str | int] | None
    active: bool


class Prices(Protocol):
    def price(self, price_id: str) -> PriceView: ...
