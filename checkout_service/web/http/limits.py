"""How often one address, one price and everybody together may ask; API keys are exempt.

Each address pays for what it sends, at the door. What all share is spent only by requests that are
about to reach Stripe, and who asks for the first time in a while does not share with who asks
often: a crowd that uses its part up closes nothing for a buyer who has just come.
"""

from __future__ import annotations

import functools
import ipaddress
import math
import re
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar, cast

from flask import Flask, abort, current_app, g, request
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from checkout_service.server import BODY_AWAITED
from checkout_service.settings import Settings
from checkout_service.use_cases.checkout.admit import Admit, everyone

from .callers import is_merchant
from .challenge import Challenge, load
from .counters import Counters

P = ParamSpec("P")
R = TypeVar("R")

CREATE, POLL, LINK = "create", "poll", "link"
PER_PRICE, EVERYBODY = 20, 40
_OFTEN = 4  # who asks often shares this part of what newcomers have
_FIRST = 10  # this part of an address's limit is a newcomer's
_BUSY = 2  # beyond this part of what newcomers have, strangers may be challenged
_EXTENSION = "checkout_limits"
_WITH_PORT = re.compile(
    r"\[([0-9A-Fa-f:.%\w]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+):\d{1,5}", re.ASCII
)


class Limits:
    """The limits of one application."""

    def __init__(self, settings: Settings) -> None:
        self._counters = Counters(settings.redis_url)
        create = parse_many(settings.create_rate_limit)
        self._by_address = {CREATE: create, POLL: parse_many(settings.poll_rate_limit)}
        self._first = times(create, 1 / _FIRST)
        everybody, price = times(create, EVERYBODY), times(create, PER_PRICE)
        self._of_everybody = {"new": everybody, "often": times(everybody, 1 / _OFTEN)}
        self._of_a_price = {"new": price, "often": times(price, 1 / _OFTEN)}
        self._calm = times(everybody, 1 / _BUSY)
        self.challenge: Challenge | None = load(settings.challenge)

    def spend(self, kind: str) -> None:
        """Count one request of this address. Raises TooManyRequests."""
        if kind == CREATE:  # whatever it asks: garbage makes nobody a buyer who has just come
            g.is_new = self._wait(self._first, f"first:{client_address()}") is None
        self._count(self._by_address[kind], f"{kind}:{client_address()}", "address")

    def admit(self, prices: Iterable[str], what: str = CREATE) -> None:
        """Count one request that goes on to Stripe under what all share.

        Raises TooManyRequests, and aborts with what a challenge answers.
        """
        if BODY_AWAITED in request.environ:
            return  # it comes again with its body, and is counted then
        if what == CREATE:
            self._ask_for_proof()
        share = "new" if g.get("is_new") else "often"
        # The price first: who is over its limit must not use up everybody's.
        for price in sorted(set(prices)):
            self._count(self._of_a_price[share], f"{what} {share} price:{price}", "price")
        self._count(self._of_everybody[share], f"{what} {share}:everybody", "everybody")

    def _ask_for_proof(self) -> None:
        if self.challenge is None:
            return
        busy = self._wait(self._calm, "create:calm") is not None
        answer = self.challenge(request, busy=busy)
        if answer is not None:
            g.refused = "challenge"
            abort(answer)

    def _count(self, limits: Iterable[RateLimitItem], key: str, reason: str) -> None:
        wait = self._wait(limits, key)
        if wait is not None:
            g.refused = reason
            raise TooManyRequests("Too many requests.", retry_after=max(1, math.ceil(wait)))

    def _wait(self, limits: Iterable[RateLimitItem], key: str) -> float | None:
        """Count one request; return the seconds to wait if it is one too many."""
        if BODY_AWAITED in request.environ:
            return None  # counted when its body has come
        waits = (self._counters.hit(limit, key) for limit in limits)
        return next((wait for wait in waits if wait is not None), None)


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


def gate() -> Admit:
    """Return the gate in front of Stripe, as it is for this caller."""
    return everyone if is_merchant() else current_limits().admit


def admit_to_link(price: str) -> None:
    """Count a new order of a Payment Link: it reaches no Stripe, and shares with links alone."""
    if not is_merchant():
        current_limits().admit([price], LINK)


def client_address() -> str:
    """Name the client: its IPv4 address, or the IPv6 network it may number freely (a /64)."""
    return _client(request.remote_addr or "")


@functools.lru_cache(maxsize=4_096)  # who polls comes again every few seconds
def _client(remote_address: str) -> str:
    try:
        address = ipaddress.ip_address(_without_port(remote_address))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _without_port(address: str) -> str:
    """Drop the port, and the brackets and scope of IPv6, that some proxies write."""
    match = _WITH_PORT.fullmatch(address)
    return (match[1] or match[2] if match else address).partition("%")[0]


def times(limits: Iterable[RateLimitItem], factor: float) -> list[RateLimitItem]:
    """Multiply limits: ten times 30 a minute is 300 a minute. At least one always is allowed."""
    return [type(limit)(max(1, int(limit.amount * factor)), limit.multiples) for limit in limits]
