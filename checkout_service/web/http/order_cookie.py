"""The signed cookie that tells whose browser an order was made in: the last five.

It lets the buyer's own page show how the order was paid; it proves no payment. Who merely knows an
order's id has no such cookie, and is never given one.
"""

from __future__ import annotations

from flask import Response, request

from .signed_cookie import SignedCookie

NAME = "orders"
_COOKIE = SignedCookie(NAME, "/", salt="orders", longest=1_000)


def is_mine(order_id: str) -> bool:
    """True if this browser made the order."""
    return order_id in _COOKIE.read()


def remember_own_page(response: Response, order_id: str) -> Response:
    """Have our own page's browser know its order again; no other site's is given a cookie."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        remember(response, order_id)
    return response


def remember(response: Response, order_id: str) -> None:
    """Note one more order of this browser's; the oldest are forgotten."""
    _COOKIE.write(response, [order_id, *(one for one in _COOKIE.read() if one != order_id)])
