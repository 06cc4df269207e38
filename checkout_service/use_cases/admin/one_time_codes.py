"""Codes of an authenticator app (TOTP, RFC 6238), the second thing that signing in asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

from checkout_service.domain.clock import SECOND
from checkout_service.domain.frozen import frozen

if TYPE_CHECKING:
    from pyotp import TOTP

STEP = 30 * SECOND
_DRIFT = 1  # steps by which the clock of a telephone may differ
_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_SECRET_BYTES = 20


@frozen
class OneTimeCodes:
    """An app's secret is made of SECRET_KEY and a seed; only the seed is kept in the database.

    So nobody who reads the database, or a copy of it, knows any code.
    """

    secret_key: str

    @staticmethod
    def new_seed() -> str:
        return secrets.token_hex(16)

    def uri(self, seed: str, *, name: str, issuer: str) -> str:
        """Return the address (otpauth://) that an app is told once."""
        return self._totp(seed).provisioning_uri(name=name, issuer_name=issuer)

    def step_of(self, seed: str, code: str, *, now: int) -> int | None:
        """Return which half minute this code belongs to, or None if it is wrong now."""
        code = "".join(code[:20].split())
        if not _CODE.fullmatch(code):
            return None
        totp, this = self._totp(seed), now // STEP
        for step in range(this - _DRIFT, this + _DRIFT + 1):
            if hmac.compare_digest(totp.generate_otp(step), code):
                return step
        return None

    def _totp(self, seed: str) -> TOTP:
        from pyotp import TOTP  # noqa: PLC0415 - most processes never see a code

        key = hmac.digest(self.secret_key.encode(), f"one-time codes {seed}".encode(), "sha256")
        return TOTP(base64.b32encode(key[:_SECRET_BYTES]).decode(), digest=hashlib.sha1)
