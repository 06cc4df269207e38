"""How often one address, one price and everybody together may ask; API keys are exempt."""

from __future__ import annotations

import functools
import ipaddress
import math
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from checkout_service.server import BODY_AWAITED
from checkout_service.settings import Settings

from .callers import is_merchant
from .counters import Counters

P = ParamSpec("P")
R = TypeVar("R")

CREATE, POLL = "create", "poll"
PER_PRICE, EVERYBODY = 20, 40
_EXTENSION = "checkout_limits"


class Limits:
    """The limits of one application."""

    def __init__(self, settings: Settings) -> None:
        self._counters = Counters(settings.redis_url)
        create = parse_many(settings.create_rate_limit)
        self._by_address = {CREATE: create, POLL: parse_many(settings.poll_rate_limit)}
        self._of_everybody = {CREATE: times(create, EVERYBODY), POLL: []}
        self._of_a_price = times(create, PER_PRICE)

    def spend(self, kind: str) -> None:
        """Count one request. Raises TooManyRequests with the seconds to wait."""
        # One after the other: who is over his own limit must not use up everybody's.
        self.count(self._by_address[kind], f"{kind}:{client_address()}")
        self.count(self._of_everybody[kind], f"{kind}:everybody")

    def spend_on_prices(self, prices: Iterable[str]) -> None:
        """Count one request for each price. Raises TooManyRequests."""
        for price in sorted(set(prices)):
            self.count(self._of_a_price, f"price:{price}")

    def count(self, limits: Iterable[RateLimitItem], key: str) -> None:
        """Count one request under a key of the caller's choice. Raises TooManyRequests."""
        if BODY_AWAITED in request.environ:
            return  # it comes again with its body, and is counted then
        for limit in limits:
            wait = self._counters.hit(limit, key)
            if wait is not None:
                raise TooManyRequests("Too many requests.", retry_after=max(1, math.ceil(wait)))


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = Limits(settings)


def current_limits() -> Limits:
    return cast("Limits", current_app.extensions[_EXTENSION])


def limited(kind: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count every call of a view under this kind of limit."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            if not is_merchant():
                current_limits().spend(kind)
            return view(*args, **kwargs)

        return counted

    return decorate


def spend_on_prices(prices: Iterable[str]) -> None:
    """Count a cart under the limits of its prices. Raises TooManyRequests."""
    if not is_merchant():
        current_limits().spend_on_prices(prices)


def client_address() -> str:
    """Name the client: its IPv4 address, or the IPv6 network it may number freely (a /64)."""
    return _client(request.remote_addr or "")


@functools.lru_cache(maxsize=4_096)  # who polls comes again every few seconds
def _client(remote_address: str) -> str:
    try:
        address = ipaddress.ip_address(remote_address)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def times(limits: Iterable[RateLimitItem], factor: int) -> list[RateLimitItem]:
    """Multiply limits: ten times 30 a minute is 300 a minute."""
    return [type(limit)(limit.amount * factor, limit.multiples) for limit in limits]
