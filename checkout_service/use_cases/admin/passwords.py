"""Passwords as hashes that take time and memory on purpose; one look at a time."""

from __future__ import annotations

import secrets
import threading
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_LONGEST = 1_000


class Passwords:
    """Makes hashes and looks at guesses. The owner's password is known from the settings."""

    def __init__(self, owner: str | None) -> None:
        self._owner = owner or secrets.token_urlsafe(32)
        self._one_at_a_time = threading.Lock()

    @cached_property
    def owners_hash(self) -> str:
        return self.hash(self._owner)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def is_right(self, kept: str, guess: str) -> bool:
        """True if the guess is the password of this hash."""
        from argon2.exceptions import VerificationError  # noqa: PLC0415 - as below

        if len(guess) > _LONGEST:
            return False
        with self._one_at_a_time:
            try:
                return self._hasher.verify(kept, guess.encode("utf-8", "replace"))
            except VerificationError:
                return False

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher  # noqa: PLC0415 - most processes never see a password

        return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
