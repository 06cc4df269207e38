"""The admin's door: sessions kept here, not in the cookie, and guesses at passwords rationed.

Strangers share a small ration. A browser that signed in before has one of its own for that name,
so that no crowd of strangers can keep its owner out.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from checkout_service.domain.clock import DAY, HOUR, MINUTE, Clock
from checkout_service.domain.staff import OWNER, Clerk, Role, name_at_the_door
from checkout_service.storage.admin import admin_devices, admin_sessions, staff
from checkout_service.storage.database import Database, Transaction

from .passwords import Passwords

WINDOW = 15 * MINUTE
MOST_BY_ALL, MOST_BY_ONE, MOST_BY_DEVICE = 20, 10, 10
DEVICE_LIFE = 180 * DAY
_LONGEST, _IDLE, _SEEN_EVERY = 12 * HOUR, 2 * HOUR, MINUTE
_KEPT = 30 * DAY


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` names the session, `device` the browser; only their digests are kept here."""

    token: str
    device: str
    clerk: Clerk


@dataclass(frozen=True, slots=True)
class _Guess:
    """One look at a password, paid for by a slot of the strangers' or by a known browser."""

    slot: int | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Time is real time: drills do not open the door."""

    database: Database
    clock: Clock
    passwords: Passwords

    def sign_in(
        self, name: str, password: str, *, address: str, device: str = ""
    ) -> SignedIn | None:
        """Look at a password once and open a session, or return None.

        In 15 minutes at most 20 are looked at for all strangers together, 10 for one address, and
        10 for one name on a browser that it signed in with before; those that were right do not
        count. Beyond that the answer is None unseen.
        """
        name = name_at_the_door(name)
        guess = self._guess(name, address, device)
        if guess is None or not self._is_right(name, password):
            return None
        token, now = secrets.token_urlsafe(32), self.clock.now()
        browser = device if guess.slot is None else secrets.token_urlsafe(32)

        def open_session(connection: Transaction) -> Role | None:
            if guess.slot is None:
                admin_devices.note_seen(connection, digest_of(browser), now=now)
            else:
                admin_sessions.free_guess(connection, guess.slot)
                admin_devices.keep(
                    connection, digest_of(browser), who=name, created_at=now, seen_at=now
                )
            admin_devices.forget_before(connection, now - DEVICE_LIFE)
            admin_sessions.forget_before(connection, now - _KEPT)
            admin_sessions.open_session(
                connection, digest_of(token), who=name, address=address, now=now
            )
            return _role(connection, name)

        role = self.database.write(open_session)
        return None if role is None else SignedIn(token, browser, Clerk(name, role))

    def clerk_of(self, token: str) -> Clerk | None:
        """Return who is signed in by this session: 12 hours at most, 2 without a page."""
        now, digest = self.clock.now(), digest_of(token)
        with self.database.read() as connection:
            known = admin_sessions.find_open(
                connection, digest, opened_since=now - _LONGEST, seen_since=now - _IDLE
            )
            role = None if known is None else _role(connection, known[0])
        if known is None or role is None:
            return None
        who, seen_at = known
        if seen_at <= now - _SEEN_EVERY:
            self.database.write(
                lambda c: admin_sessions.note_seen(
                    c, digest, now=now, unless_since=now - _SEEN_EVERY
                )
            )
        return Clerk(who, role)

    def close(self, token: str) -> None:
        """End a session for good: its cookie is worth nothing from now on."""
        now = self.clock.now()
        self.database.write(lambda c: admin_sessions.end_session(c, digest_of(token), now=now))

    def knows(self, device: str) -> bool:
        """True if this browser signed in before, or was let ahead of the strangers."""
        with self.database.read() as connection:
            since = self.clock.now() - DEVICE_LIFE
            return admin_devices.is_known(connection, digest_of(device), seen_since=since)

    def _guess(self, name: str, address: str, device: str) -> _Guess | None:
        now, digest = self.clock.now(), digest_of(device)
        own = admin_devices.Ration(MOST_BY_DEVICE, now, WINDOW, seen_since=now - DEVICE_LIFE)
        shared = {"slots": MOST_BY_ALL, "now": now, "window": WINDOW}
        # Whoever is refused has only read: a flood at the door must not queue before the sales.
        with self.database.read() as connection:
            if not admin_devices.is_guess_left(connection, digest, name, own) and (
                _spent(connection, address, now)
                or not admin_sessions.is_guess_left(connection, **shared)
            ):
                return None

        def take(connection: Transaction) -> _Guess | None:
            if admin_devices.take_guess(connection, digest, name, own):
                return _Guess()
            if _spent(connection, address, now):
                return None
            slot = admin_sessions.take_guess(connection, address, **shared)
            return None if slot is None else _Guess(slot)

        return self.database.write(take)

    def _is_right(self, name: str, password: str) -> bool:
        """Look at a hash whoever is asked for: an unknown name takes as long as a known one."""
        with self.database.read() as connection:
            kept = None if name == OWNER else staff.password_hash(connection, name)
        right = self.passwords.is_right(kept or self.passwords.owners_hash, password)
        return right and (name == OWNER or kept is not None)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _spent(connection: Transaction, address: str, now: int) -> bool:
    return admin_sessions.guesses_of(connection, address, since=now - WINDOW) >= MOST_BY_ONE


def _role(connection: Transaction, name: str) -> Role | None:
    return Role.ALL if name == OWNER else staff.role_of(connection, name)
