"""Who calls: the merchant's own backend (an API key) or anyone at all."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from checkout_service.web.context import settings

PUBLIC, MERCHANT = "public", "api"
_HEADER = "HTTP_AUTHORIZATION"
_NOT_READ: Any = object()


def is_merchant() -> bool:
    """True if a valid API key came along."""
    return _api_key() is not None


def bears_one_of(tokens: Iterable[str]) -> bool:
    """True if the request bears one of these tokens."""
    return _borne_of(tokens) is not None


def name_of_key() -> str | None:
    """Name the API key that came along without telling it; None for strangers."""
    key = _api_key()
    return None if key is None else hashlib.sha256(f"api key {key}".encode()).hexdigest()[:16]


def _api_key() -> str | None:
    if _HEADER not in request.environ:  # as most callers are: nothing is compared, nothing kept
        return None
    key: str | None = g.get("api_key", _NOT_READ)
    if key is _NOT_READ:
        key = g.api_key = _borne_of(settings().api_keys)
    return key


def _borne_of(tokens: Iterable[str]) -> str | None:
    """Return the token that came along; every one is compared, each in constant time."""
    scheme, _, token = request.environ.get(_HEADER, "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    given = token.strip().encode("latin-1", "replace")
    matches = [known for known in tokens if hmac.compare_digest(given, known.encode())]
    return matches[0] if matches else None


def caller() -> str:
    return MERCHANT if is_merchant() else PUBLIC


def demand_merchant() -> None:
    """Let only the merchant's backend pass. Raises Unauthorized."""
    if not is_merchant():
        raise unauthorized("Send an API key: Authorization: Bearer ...")


def unauthorized(detail: str) -> Unauthorized:
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer"))
