"""A signed cookie that keeps a short list of what this browser made or chose, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from checkout_service.domain.frozen import frozen
from checkout_service.web.context import settings

from . import cookies

_LIFE = 7 * 24 * 3600  # seconds; a payment that takes days is over by then


@frozen
class SignedCookie:
    """Sent to `path` and below; `salt` keeps one such cookie from passing for another.

    A value of more than `longest` characters is not looked at.
    """

    name: str
    path: str
    salt: str
    longest: int
    most: int = 5

    def read(self) -> list[Any]:
        """Return what is kept; nothing from a cookie that is not ours, or too old."""
        value = request.cookies.get(self._name_and_path()[0], "")
        if not value or len(value) > self.longest:
            return []
        try:
            kept: list[Any] = self._signer().loads(value, max_age=_LIFE)
        except BadSignature:
            return []
        return kept

    def fits(self, kept: Sequence[Any]) -> bool:
        """True if all of these can be kept."""
        return len(kept) <= self.most and len(self._signer().dumps(list(kept))) <= self.longest

    def write(self, response: Response, kept: Sequence[Any]) -> None:
        """Keep these; the oldest are forgotten."""
        name, path = self._name_and_path()
        response.set_cookie(
            name,
            self._signer().dumps(list(kept[: self.most])),
            max_age=_LIFE,
            path=path,
            httponly=True,
            samesite="Lax",
            secure=cookies.is_secure(settings()),
        )

    def forget(self, response: Response) -> None:
        """Keep nothing any more."""
        name, path = self._name_and_path()
        if name in request.cookies:
            response.delete_cookie(name, path=path, secure=cookies.is_secure(settings()))

    def _name_and_path(self) -> tuple[str, str]:
        return cookies.named(settings(), self.name, self.path)

    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(settings().secret_key, salt=self.salt)
