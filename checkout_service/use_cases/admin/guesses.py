"""Guesses at the admin's door, rationed: strangers share a few, a known browser has its own.

So no crowd of strangers can keep an owner out.
"""

from __future__ import annotations

import hashlib

from checkout_service.domain.clock import DAY, MINUTE, Clock
from checkout_service.domain.frozen import frozen
from checkout_service.storage.admin import admin_devices, admin_sessions
from checkout_service.storage.database import Database, Transaction

WINDOW = 15 * MINUTE
MOST_BY_ALL, MOST_BY_ONE, MOST_BY_DEVICE = 20, 10, 10
DEVICE_LIFE = 180 * DAY


@frozen
class Guess:
    """One look at a password or code, paid for by a slot of the strangers' or a known browser."""

    slot: int | None
    device: str

    @property
    def is_strangers(self) -> bool:
        return self.slot is not None


@frozen
class Guesses:
    database: Database
    clock: Clock

    def take(self, name: str, address: str, device: str) -> Guess | None:
        """Take one guess, or return None when none is left.

        In 15 minutes there are 20 for all strangers together, 10 for one address, and 10 for one
        name on a browser that it signed in with before.
        """
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

        def take(connection: Transaction) -> Guess | None:
            if admin_devices.take_guess(connection, digest, name, own):
                return Guess(None, device)
            if _spent(connection, address, now):
                return None
            slot = admin_sessions.take_guess(connection, address, **shared)
            return None if slot is None else Guess(slot, device)

        return self.database.write(take)

    def give_back(self, guess: Guess) -> None:
        """Let a guess that was right count no more, and leave the wrong ones before it."""

        def give(connection: Transaction) -> None:
            if guess.slot is None:
                admin_devices.give_back(connection, digest_of(guess.device))
            else:
                admin_sessions.free_guess(connection, guess.slot)

        self.database.write(give)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _spent(connection: Transaction, address: str, now: int) -> bool:
    return admin_sessions.guesses_of(connection, address, since=now - WINDOW) >= MOST_BY_ONE
