"""The admin's door: sessions kept here, not in the cookie, and guesses at the password rationed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from checkout_service.domain.clock import DAY, HOUR, MINUTE, Clock
from checkout_service.storage.admin import admin_sessions
from checkout_service.storage.database import Database, Transaction

WINDOW = 15 * MINUTE
MOST_BY_ALL, MOST_BY_ONE = 20, 10
_LONGEST, _IDLE, _SEEN_EVERY = 12 * HOUR, 2 * HOUR, MINUTE
_KEPT = 30 * DAY


@dataclass(frozen=True, slots=True)
class SignIn:
    """Time is real time: drills do not open the door."""

    database: Database
    clock: Clock

    def sign_in(self, address: str, is_right: Callable[[], bool]) -> str | None:
        """Look at a password once and return a new session's id, or None.

        `is_right` is called at most 20 times in 15 minutes for everybody together and 10 times
        for one address, failures counted; beyond that the answer is None unseen.
        """
        slot = self.database.write(lambda c: self._take_guess(c, address))
        if slot is None or not is_right():
            return None
        token, now = secrets.token_urlsafe(32), self.clock.now()

        def open_session(connection: Transaction) -> None:
            admin_sessions.free_guess(connection, slot)
            admin_sessions.forget_before(connection, now - _KEPT)
            admin_sessions.open_session(connection, _digest(token), address=address, now=now)

        self.database.write(open_session)
        return token

    def is_open(self, token: str) -> bool:
        """True if this session is signed in: 12 hours at most, 2 without a page."""
        now, digest = self.clock.now(), _digest(token)
        with self.database.read() as connection:
            known = admin_sessions.is_open(
                connection, digest, opened_since=now - _LONGEST, seen_since=now - _IDLE
            )
            seen_lately = known and admin_sessions.is_open(
                connection, digest, opened_since=0, seen_since=now - _SEEN_EVERY
            )
        if known and not seen_lately:
            self.database.write(
                lambda c: admin_sessions.note_seen(
                    c, digest, now=now, unless_since=now - _SEEN_EVERY
                )
            )
        return known

    def close(self, token: str) -> None:
        """End a session for good: its cookie is worth nothing from now on."""
        now = self.clock.now()
        self.database.write(lambda c: admin_sessions.end_session(c, _digest(token), now=now))

    def _take_guess(self, connection: Transaction, address: str) -> int | None:
        now = self.clock.now()
        if admin_sessions.guesses_of(connection, address, since=now - WINDOW) >= MOST_BY_ONE:
            return None
        return admin_sessions.take_guess(
            connection, address, slots=MOST_BY_ALL, now=now, window=WINDOW
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
