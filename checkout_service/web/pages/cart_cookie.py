"""The buyer's cart: a signed cookie, nothing on our side until it is paid for.

It has a token of its own, so that one cart is one order however often it is sent or changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from flask import Response

from checkout_service.domain.frozen import frozen
from checkout_service.web.http.signed_cookie import SignedCookie

from . import form_token

_COOKIE = SignedCookie("cart", "/", salt="cart", longest=3_800, most=1 + 20)


@frozen
class KeptCart:
    """What a browser has chosen: quantities by the catalog's price, in the order of choosing."""

    token: str
    items: Mapping[str, int] = field(default_factory=dict)

    @property
    def nonce(self) -> str:
        """Name the order that this cart stands for."""
        return form_token.nonce_of(self.token)

    @property
    def kept(self) -> list[object]:
        return [self.token, *map(list, self.items.items())]

    def with_items(self, items: Mapping[str, int]) -> KeptCart:
        return KeptCart(self.token, {price: count for price, count in items.items() if count})


def read() -> KeptCart:
    """Return this browser's cart; a new one from a cookie that is not ours, or too old."""
    kept = _COOKIE.read()
    if not kept:
        return KeptCart(form_token.new_token())
    token, *items = kept
    return KeptCart(token, dict(items))


def fits(cart: KeptCart) -> bool:
    """True if a browser can keep as much."""
    return _COOKIE.fits(cart.kept)


def write(response: Response, cart: KeptCart) -> None:
    """Keep a cart; an empty one is forgotten."""
    if cart.items:
        _COOKIE.write(response, cart.kept)
    else:
        _COOKIE.forget(response)


def size() -> int:
    """Count what this browser has chosen, for the head of a page."""
    return sum(read().items.values())
