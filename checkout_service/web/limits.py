"""How often one address, one price and everybody together may ask; API keys are exempt.

Counters live in Redis when there is one, else in each process. A Redis that does not answer is
replaced by the process's own counters until it does.
"""

from __future__ import annotations

import functools
import ipaddress
import math
import time
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from checkout_service.settings import Settings

from .callers import is_merchant

P = ParamSpec("P")
R = TypeVar("R")

CREATE, POLL = "create", "poll"
PER_PRICE, EVERYBODY = 20, 40
_EXTENSION = "checkout_limits"


class Limits:
    """The counters of one application."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._limiter = Limiter(
            client_address,
            app=app,
            storage_uri=settings.redis_url or "memory://",
            storage_options={"socket_connect_timeout": 1, "socket_timeout": 1}
            if settings.redis_url
            else {},
            strategy="sliding-window-counter",
            in_memory_fallback_enabled=True,
            headers_enabled=False,
        )
        create = settings.create_rate_limit
        self._spend = {
            # One after the other: who is over his own limit must not use up everybody's.
            CREATE: (
                self._counted(_create, create, client_address),
                self._counted(_create_of_all, times(create, EVERYBODY), _everybody),
            ),
            POLL: (self._counted(_poll, settings.poll_rate_limit, client_address),),
        }
        self._spend_on_price = self._counted(_price, times(create, PER_PRICE), _limited_price)

    def _counted(
        self, spend: Callable[[], None], rate: str, key: Callable[[], str]
    ) -> Callable[[], None]:
        return self._limiter.shared_limit(rate, scope=spend.__name__, key_func=key)(spend)

    def spend(self, kind: str) -> None:
        """Count one request. Raises TooManyRequests with the seconds to wait."""
        for counted in self._spend[kind]:
            self._count(counted)

    def spend_on_prices(self, prices: Iterable[str]) -> None:
        """Count one request for each price. Raises TooManyRequests."""
        for price in sorted(set(prices)):
            g.limited_price = price
            self._count(self._spend_on_price)

    def _count(self, spend: Callable[[], None]) -> None:
        if is_merchant():
            return
        try:
            spend()
        except RateLimitExceeded:
            limit = self._limiter.current_limit
            wait = 1 if limit is None else math.ceil(limit.reset_at - time.time())
            raise TooManyRequests("Too many requests.", retry_after=max(1, wait)) from None


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = Limits(app, settings)


def limited(kind: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count every call of a view under this kind of limit."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            _limits().spend(kind)
            return view(*args, **kwargs)

        return counted

    return decorate


def spend_on_prices(prices: Iterable[str]) -> None:
    _limits().spend_on_prices(prices)


def client_address() -> str:
    """Name the client: its IPv4 address, or the IPv6 network it may number freely (a /64)."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def times(rate: str, factor: int) -> str:
    """Multiply a rate: ten times "30 per minute" is "300 per 1 minute"."""

    def told(item: RateLimitItem) -> str:
        return f"{item.amount * factor} per {item.multiples} {item.GRANULARITY.name}"

    return ";".join(told(item) for item in parse_many(rate))


def _limits() -> Limits:
    return cast("Limits", current_app.extensions[_EXTENSION])


def _everybody() -> str:
    return "everybody"


def _limited_price() -> str:
    return str(g.limited_price)


# The limiter counts by the name of the function it wraps.
def _create() -> None:
    """Stand for one request that starts a payment."""


def _create_of_all() -> None:
    """Stand for the same request, among everybody's."""


def _poll() -> None:
    """Stand for one request that asks how a payment stands."""


def _price() -> None:
    """Stand for one line that asks for a price."""
