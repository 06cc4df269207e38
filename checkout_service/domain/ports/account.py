"""The merchant's own account at Stripe, as far as `doctor` looks into it. No buyer's data here.

A webhook endpoint's secret is told once, by the call that makes the endpoint; afterwards only the
mark we leave on it (a fingerprint) says whose secret it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.prices import PriceView


@frozen
class Endpoint:
    """A webhook endpoint; `mark` is the fingerprint of its secret where we made it ourselves."""

    id: str
    url: str
    enabled: bool
    events: frozenset[str]
    api_version: str | None
    created: int  # milliseconds UTC
    mark: str | None


@frozen
class ThinDestination:
    """A destination of thin events: beside an endpoint, or instead of one."""

    id: str
    url: str
    enabled: bool


@frozen
class LinkLine:
    """What a Payment Link sells, one line of it; `adjustable` lets the buyer change how many."""

    price: PriceView
    quantity: int
    adjustable: bool = False


@frozen
class LinkView:
    """A Payment Link; `redirect` is None when the buyer ends on Stripe's own page.

    `additions` names what it lets Stripe or the buyer add to the price, or take off it.
    """

    id: str
    url: str
    active: bool
    redirect: str | None
    lines: tuple[LinkLine, ...]
    additions: tuple[str, ...] = ()


@frozen
class PriceStanding:
    """A Price and whether its product is sold; None where the key may not read products."""

    price: PriceView
    product_active: bool | None


@frozen
class ShippingRate:
    """A Shipping Rate and the currencies it has an amount in."""

    id: str
    active: bool
    currencies: frozenset[str]


class Account(Protocol):
    """What doctor asks of Stripe. Raises StripeUnavailable and StripeRejected."""

    @property
    def api_version(self) -> str: ...

    @property
    def needed_events(self) -> tuple[str, ...]: ...

    def time(self) -> int:
        """Tell Stripe's time (milliseconds UTC, exact to the second) without using the key."""
        ...

    def try_key(self) -> None:
        """Ask for anything at all: a key that is known may still be refused this one thing."""
        ...

    def missing(self, permissions: Iterable[str]) -> list[str]:
        """Name those of the permissions ("Events: read") that the key lacks; change nothing."""
        ...

    def endpoints(self) -> tuple[Endpoint, ...]: ...

    def thin_destinations(self) -> tuple[ThinDestination, ...]: ...

    def add_endpoint(self, url: str) -> tuple[Endpoint, str]:
        """Make an endpoint for the needed events; the second value is its secret, told once."""
        ...

    def fix_endpoint(self, endpoint: Endpoint, url: str) -> Endpoint:
        """Turn it on, for this address and at least the needed events."""
        ...

    def switch_off(self, endpoint: Endpoint) -> None: ...

    def undelivered(self, *, created_from: int, created_to: int) -> int:
        """Count events that an endpoint has not taken, up to a hundred; milliseconds UTC."""
        ...

    def link(self, link_id: str) -> LinkView: ...

    def price(self, price_id: str) -> PriceStanding: ...

    def shipping_rate(self, rate_id: str) -> ShippingRate: ...


def fingerprint(secret: str) -> str:
    """Return what tells one random secret from another and reveals nothing of either."""
    return hashlib.sha256(b"webhook secret:" + secret.encode()).hexdigest()[:16]
