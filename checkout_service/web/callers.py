"""Who calls: the merchant's own backend (an API key) or anyone at all."""

from __future__ import annotations

import hmac

from flask import g, request
from werkzeug.exceptions import Unauthorized

from .context import settings

PUBLIC, MERCHANT = "public", "api"


def is_merchant() -> bool:
    """Say whether a valid API key came along; every key is compared, each in constant time."""
    if "is_merchant" not in g:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""
        matches = [hmac.compare_digest(given, key.encode()) for key in settings().api_keys]
        g.is_merchant = any(matches)
    return bool(g.is_merchant)


def caller() -> str:
    return MERCHANT if is_merchant() else PUBLIC


def demand_merchant() -> None:
    """Let only the merchant's backend pass. Raises Unauthorized."""
    if not is_merchant():
        raise Unauthorized("Send an API key: Authorization: Bearer ...")
