"""Who calls: the merchant's own backend (an API key) or anyone at all."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from checkout_service.web.context import settings

PUBLIC, MERCHANT = "public", "api"


def is_merchant() -> bool:
    """True if a valid API key came along; every key is compared, each in constant time."""
    if "is_merchant" not in g:
        g.is_merchant = bears_one_of(settings().api_keys)
    return bool(g.is_merchant)


def bears_one_of(tokens: Iterable[str]) -> bool:
    """True if the request bears one of these tokens."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    given = token.strip().encode("latin-1", "replace")
    matches = [hmac.compare_digest(given, known.encode()) for known in tokens]
    return any(matches)


def caller() -> str:
    return MERCHANT if is_merchant() else PUBLIC


def demand_merchant() -> None:
    """Let only the merchant's backend pass. Raises Unauthorized."""
    if not is_merchant():
        raise unauthorized("Send an API key: Authorization: Bearer ...")


def unauthorized(detail: str) -> Unauthorized:
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer"))
