"""The signed cookie that binds a browser to the Payment Link orders it made: the last five.

It proves who may see an order when Stripe sends the buyer back; it proves no payment.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from checkout_service.domain.frozen import frozen
from checkout_service.web.http.signed_cookie import SignedCookie

NAME = "links"
_COOKIE = SignedCookie(NAME, "/links", salt="payment-links", longest=4_000)


@frozen
class Kept:
    """One order of this browser: its reference, and the link it was made for."""

    link: str
    reference: str


def read() -> tuple[Kept, ...]:
    """Return this browser's orders, newest first; none from a cookie that is not ours."""
    return tuple(Kept(*pair) for pair in _COOKIE.read())


def write(response: Response, newest: Kept, kept: Sequence[Kept]) -> None:
    """Remember one more order; the oldest are forgotten."""
    orders = [newest, *(one for one in kept if one.reference != newest.reference)]
    _COOKIE.write(response, [(one.link, one.reference) for one in orders])
