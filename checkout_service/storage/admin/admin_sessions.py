"""Sign-ins to the admin, and the slots that ration guesses at its password."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from checkout_service.storage.tables import admin_guesses, admin_sessions
from checkout_service.storage.upsert import insert_once

_s, _g = admin_sessions.c, admin_guesses.c
_TURNS = 3


def open_session(connection: Connection, digest: str, *, who: str, address: str, now: int) -> None:
    insert_once(
        connection,
        admin_sessions,
        {"id": digest, "who": who, "address": address, "created_at": now, "seen_at": now},
    )


def find_open(
    connection: Connection, digest: str, *, opened_since: int, seen_since: int
) -> tuple[str, int] | None:
    """Return whose session this is and when it was last seen; None if it is not open."""
    found = connection.execute(
        select(_s.who, _s.seen_at).where(
            _s.id == digest,
            _s.ended_at.is_(None),
            _s.created_at > opened_since,
            _s.seen_at > seen_since,
        )
    ).one_or_none()
    return None if found is None else (found.who, found.seen_at)


def note_seen(connection: Connection, digest: str, *, now: int, unless_since: int) -> None:
    connection.execute(
        update(admin_sessions).where(_s.id == digest, _s.seen_at < unless_since).values(seen_at=now)
    )


def end_session(connection: Connection, digest: str, *, now: int) -> None:
    connection.execute(
        update(admin_sessions).where(_s.id == digest, _s.ended_at.is_(None)).values(ended_at=now)
    )


def end_sessions_of(connection: Connection, who: str, *, now: int) -> None:
    connection.execute(
        update(admin_sessions).where(_s.who == who, _s.ended_at.is_(None)).values(ended_at=now)
    )


def last_seen(connection: Connection) -> dict[str, int]:
    """Tell when each was last here."""
    found = select(_s.who, func.max(_s.seen_at)).group_by(_s.who)
    return {who: int(at) for who, at in connection.execute(found)}


def forget_before(connection: Connection, moment: int) -> None:
    connection.execute(delete(admin_sessions).where(_s.created_at < moment))


def guesses_of(connection: Connection, address: str, *, since: int) -> int:
    found = select(func.count()).where(_g.address == address, _g.at > since)
    return int(connection.execute(found).scalar_one())


def is_guess_left(connection: Connection, *, slots: int, now: int, window: int) -> bool:
    """True if a slot is free; nothing is taken, and nothing is written."""
    taken = select(func.count()).where(_g.at > now - window, _g.at <= now + window)
    return int(connection.execute(taken).scalar_one()) < slots


def take_guess(
    connection: Connection, address: str, *, slots: int, now: int, window: int
) -> int | None:
    """Take a free slot for one look at the password; None when all are taken.

    The conditional UPDATE decides who gets a slot: more guesses than slots cannot be.
    """
    known = connection.execute(select(func.count()).select_from(admin_guesses)).scalar_one()
    for place in range(slots if known < slots else 0):
        insert_once(connection, admin_guesses, {"slot": place, "address": "", "at": 0})
    # A time further ahead than a window was written by a clock that jumped.
    free = or_(_g.at <= now - window, _g.at > now + window)
    for _ in range(_TURNS):
        slot = connection.execute(select(_g.slot).where(free).order_by(_g.slot).limit(1)).scalar()
        if slot is None:
            return None
        taken = connection.execute(
            update(admin_guesses).where(and_(_g.slot == slot, free)).values(address=address, at=now)
        )
        if taken.rowcount == 1:
            return int(slot)
    return None


def free_guess(connection: Connection, slot: int) -> None:
    connection.execute(update(admin_guesses).where(_g.slot == slot).values(address="", at=0))


def free_all_guesses(connection: Connection) -> None:
    connection.execute(update(admin_guesses).values(address="", at=0))
