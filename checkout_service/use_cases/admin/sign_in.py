"""The admin's door: sessions kept here, not in the cookie, and guesses rationed.

Whoever has an authenticator app is asked for its code after the password; both cost a guess when
they are wrong.
"""

from __future__ import annotations

import secrets

from checkout_service.domain.clock import DAY, HOUR, MINUTE, Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.staff import OWNER, Clerk, Role, name_at_the_door
from checkout_service.storage.admin import admin_devices, admin_sessions, one_time_codes, staff
from checkout_service.storage.database import Database, Transaction

from .guesses import DEVICE_LIFE, Guess, Guesses, digest_of
from .one_time_codes import OneTimeCodes
from .passwords import Passwords

_LONGEST, _IDLE, _SEEN_EVERY = 12 * HOUR, 2 * HOUR, MINUTE
_KEPT = 30 * DAY
_CODE_WITHIN = 5 * MINUTE


@frozen
class SignedIn:
    """`token` names the session, `device` the browser; only their digests are kept here."""

    token: str
    device: str
    clerk: Clerk


@frozen
class CodeWanted:
    """The password of this name was right; a code is waited for until then."""

    name: str
    until: int


@frozen
class SignIn:
    """Time is real time: drills do not open the door."""

    database: Database
    clock: Clock
    passwords: Passwords
    codes: OneTimeCodes
    guesses: Guesses

    def sign_in(
        self, name: str, password: str, *, address: str, device: str = ""
    ) -> SignedIn | CodeWanted | None:
        """Look at a password once and open a session, or ask for a code; None is a refusal.

        A password is looked at only if a guess is left; those that were right do not count.
        """
        name = name_at_the_door(name)
        guess = self.guesses.take(name, address, device)
        if guess is None or not self._is_right(name, password):
            return None
        with self.database.read() as connection:
            has_code = one_time_codes.seed_of(connection, name) is not None
        if not has_code:
            return self._open(name, guess, address)
        self.guesses.give_back(guess)
        return CodeWanted(name, self.clock.now() + _CODE_WITHIN)

    def sign_in_with_code(
        self, wanted: CodeWanted, code: str, *, address: str, device: str = ""
    ) -> SignedIn | None:
        """Look at a code once and open the session that the password was right for, or refuse.

        Each code opens one session: whoever saw it being typed is too late.
        """
        now = self.clock.now()
        if not now < wanted.until <= now + _CODE_WITHIN:
            return None
        guess = self.guesses.take(wanted.name, address, device)
        if guess is None:
            return None
        with self.database.read() as connection:
            seed = one_time_codes.seed_of(connection, wanted.name)
        step = None if seed is None else self.codes.step_of(seed, code, now=now)
        if step is None:
            return None
        return self._open(wanted.name, guess, address, step=step)

    def _open(
        self, name: str, guess: Guess, address: str, *, step: int | None = None
    ) -> SignedIn | None:
        token, now = secrets.token_urlsafe(32), self.clock.now()
        browser = secrets.token_urlsafe(32) if guess.is_strangers else guess.device

        def open_session(connection: Transaction) -> Role | None:
            if step is not None and not one_time_codes.use(connection, name, step):
                return None
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

    def _is_right(self, name: str, password: str) -> bool:
        """Look at a hash whoever is asked for: an unknown name takes as long as a known one."""
        with self.database.read() as connection:
            kept = None if name == OWNER else staff.password_hash(connection, name)
        right = self.passwords.is_right(kept or self.passwords.owners_hash, password)
        return right and (name == OWNER or kept is not None)


def _role(connection: Transaction, name: str) -> Role | None:
    return Role.ALL if name == OWNER else staff.role_of(connection, name)
