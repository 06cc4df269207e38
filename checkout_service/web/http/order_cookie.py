"""The signed cookie that tells whose browser an order was made in: the last five.

It lets the buyer's own page show how the order was paid; it proves no payment. Who merely knows an
order's id has no such cookie, and is never given one.
"""

from __future__ import annotations

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from checkout_service.web.context import settings

from . import cookies

NAME = "orders"
MOST = 5
_LIFE = 7 * 24 * 3600  # seconds
_LONGEST = 1_000


def is_mine(order_id: str) -> bool:
    """True if this browser made the order."""
    return order_id in _read()


def remember(response: Response, order_id: str) -> None:
    """Note one more order of this browser's; the oldest are forgotten."""
    orders = [order_id, *(one for one in _read() if one != order_id)][:MOST]
    name, path = _name_and_path()
    response.set_cookie(
        name,
        _signer().dumps(orders),
        max_age=_LIFE,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=cookies.is_secure(settings()),
    )


def _read() -> list[str]:
    value = request.cookies.get(_name_and_path()[0], "")
    if not value or len(value) > _LONGEST:
        return []
    try:
        orders: list[str] = _signer().loads(value, max_age=_LIFE)
    except BadSignature:
        return []
    return orders


def _name_and_path() -> tuple[str, str]:
    return cookies.named(settings(), NAME, "/")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="orders")
