"""The signed cookie that binds a browser to the Payment Link orders it made: the last five.

It proves who may see an order when Stripe sends the buyer back; it proves no payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from checkout_service.web.context import settings
from checkout_service.web.http import cookies

NAME = "links"
MOST = 5
_PATH = "/links"
_LIFE = 7 * 24 * 3600  # seconds; a payment that takes days is over by then
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Kept:
    """One order of this browser: its reference, and the link it was made for."""

    link: str
    reference: str


def read() -> tuple[Kept, ...]:
    """Return this browser's orders, newest first; none from a cookie that is not ours."""
    value = request.cookies.get(_name_and_path()[0], "")
    if not value or len(value) > _LONGEST:
        return ()
    try:
        pairs = _signer().loads(value, max_age=_LIFE)
    except BadSignature:
        return ()
    return tuple(Kept(*pair) for pair in pairs)


def write(response: Response, newest: Kept, kept: Sequence[Kept]) -> None:
    """Remember one more order; the oldest are forgotten."""
    orders = [newest, *(one for one in kept if one.reference != newest.reference)][:MOST]
    name, path = _name_and_path()
    response.set_cookie(
        name,
        _signer().dumps([(one.link, one.reference) for one in orders]),
        max_age=_LIFE,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=cookies.is_secure(settings()),
    )


def _name_and_path() -> tuple[str, str]:
    return cookies.named(settings(), NAME, _PATH)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="payment-links")
