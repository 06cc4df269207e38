"""The hidden field that makes pressing twice one order: a nonce we signed, no cookie, no session.

The token alone names the order: sent with another quantity it is the same order, for that quantity.
"""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer

from checkout_service.domain import ids
from checkout_service.web.context import settings

_LONGEST = 500


def new_token() -> str:
    """Make the token of one form on one page."""
    return _signer().dumps(ids.new_id("non"))


def usable(token: str) -> str:
    """Return the token if it is ours, else a new one: a forged token names nothing."""
    if len(token) <= _LONGEST:
        try:
            _signer().loads(token)
        except BadSignature:
            return new_token()
        return token
    return new_token()


def nonce_of(token: str) -> str:
    """Name the order that this token stands for."""
    return "non_" + hashlib.sha256(token.encode()).hexdigest()[:40]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="checkout-form")
