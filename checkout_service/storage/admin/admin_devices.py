"""Browsers that signed in before: each has guesses of its own, which no stranger can use up."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, case, delete, or_, select, update

from checkout_service.domain.frozen import frozen
from checkout_service.storage.tables import admin_devices
from checkout_service.storage.upsert import insert_once

_d = admin_devices.c


def keep(connection: Connection, digest: str, *, who: str, created_at: int, seen_at: int) -> None:
    row = {
        "id": digest, "who": who, "created_at": created_at, "seen_at": seen_at, "guesses": 0,
        "guessed_at": 0,
    }  # fmt: skip
    insert_once(connection, admin_devices, row)


def is_known(connection: Connection, digest: str, *, seen_since: int) -> bool:
    found = select(_d.id).where(_d.id == digest, _d.seen_at > seen_since)
    return connection.execute(found).scalar() is not None


@frozen
class Ration:
    """So many guesses in a window for a browser seen since then; milliseconds UTC."""

    most: int
    now: int
    window: int
    seen_since: int

    @property
    def over(self) -> ColumnElement[bool]:
        """True of a count begun longer ago than the window, or by a clock that was ahead."""
        return or_(_d.guessed_at <= self.now - self.window, _d.guessed_at > self.now + self.window)

    def left_to(self, digest: str, who: str) -> ColumnElement[bool]:
        mine = and_(_d.id == digest, _d.who == who, _d.seen_at > self.seen_since)
        return and_(mine, or_(self.over, _d.guesses < self.most))


def is_guess_left(connection: Connection, digest: str, who: str, ration: Ration) -> bool:
    """True if this browser may try this name's password; nothing is written."""
    found = select(_d.id).where(ration.left_to(digest, who))
    return connection.execute(found).scalar() is not None


def take_guess(connection: Connection, digest: str, who: str, ration: Ration) -> bool:
    """Take one look at a password; the conditional UPDATE decides who gets the last one."""
    over, now = ration.over, ration.now
    taken = connection.execute(
        update(admin_devices)
        .where(ration.left_to(digest, who))
        .values(
            guesses=case((over, 1), else_=_d.guesses + 1),
            guessed_at=case((over, now), else_=_d.guessed_at),
        )
    )
    return taken.rowcount == 1


def note_seen(connection: Connection, digest: str, *, now: int) -> None:
    """Note a sign-in: what was guessed wrong before it counts no longer."""
    connection.execute(update(admin_devices).where(_d.id == digest).values(guesses=0, seen_at=now))


def give_back(connection: Connection, digest: str) -> None:
    """Give back one guess of this browser's, if it has used any."""
    used = update(admin_devices).where(_d.id == digest, _d.guesses > 0)
    connection.execute(used.values(guesses=_d.guesses - 1))


def free_guesses_of(connection: Connection, who: str) -> None:
    connection.execute(update(admin_devices).where(_d.who == who).values(guesses=0))


def forget_of(connection: Connection, who: str) -> None:
    connection.execute(delete(admin_devices).where(_d.who == who))


def forget_before(connection: Connection, moment: int) -> None:
    connection.execute(delete(admin_devices).where(_d.seen_at < moment))
