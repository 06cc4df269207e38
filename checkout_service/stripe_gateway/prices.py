"""Stripe's own Prices, kept for a minute: a storefront asks for them with every page."""

from __future__ import annotations

from dataclasses import dataclass, field

from checkout_service.domain.clock import Clock
from checkout_service.domain.ports.prices import PriceView

from . import routes
from .calls import Calls, reading
from .fields import Malformed
from .translate import price_view

KEPT_FOR = 60.0  # seconds


@dataclass(slots=True)
class StripePrices:
    calls: Calls
    clock: Clock
    _kept: dict[str, tuple[float, PriceView]] = field(default_factory=dict)

    def price(self, price_id: str) -> PriceView:
        known = self._kept.get(price_id)
        if known is not None and self.clock.monotonic() < known[0]:
            return known[1]
        data = self.calls.get(routes.LOOK_AT_PRICE, {}, of=price_id, urgent=True)
        with reading():
            view = price_view(data)
            if view.id != price_id:
                raise Malformed("id")
        self._kept[price_id] = (self.clock.monotonic() + KEPT_FOR, view)
        return view
