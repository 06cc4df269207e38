"""Who is told, and how each of them is doing, shared by all workers: well, failing or disabled.

A receiver without a row is well. Only a person takes it out of `disabled`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, or_, select, update

from checkout_service.domain.frozen import frozen

from . import bookmarks
from .tables import receivers
from .upsert import insert_once

WELL, FAILING, DISABLED = "well", "failing", "disabled"

_BEGAN = "notifying"  # when there was first somebody to tell; also the lock on who is told

_r = receivers.c


@frozen
class ReceiverState:
    state: str = WELL
    probe_at: int | None = None
    changed_at: int | None = None


def began(connection: Connection) -> int | None:
    """Return since when somebody wants messages: what is older was meant for nobody."""
    return bookmarks.position(connection, _BEGAN)


def hold(connection: Connection) -> None:
    """Let nobody come or go until the transaction ends; there is somebody already."""
    bookmarks.locked_position(connection, _BEGAN)


def registered(connection: Connection) -> dict[str, int]:
    """Return who is told, and since when: of what is older they are told when it is asked for."""
    rows = connection.execute(select(_r.name, _r.since).where(_r.since.is_not(None)))
    return {name: since for name, since in rows}  # noqa: C416 - rows are not tuples


def register(connection: Connection, names: Sequence[str], *, now: int) -> int:
    """Let these be told from now on, and nobody else; return since when there is anybody.

    The first ones ever are told of everything, and so is the first of those who take the place
    of all that there were: what waits for them waits for it.
    """
    is_first = began(connection) is None
    at = bookmarks.begin(connection, _BEGAN, now)
    hold(connection)
    known = registered(connection)
    since = dict.fromkeys(names, 0 if is_first else now)
    if not known.keys() & set(names):
        since[names[0]] = min(known.values(), default=0)
    connection.execute(update(receivers).where(_r.name.not_in(names)).values(since=None))
    _set_since(connection, since | {name: known[name] for name in names if name in known}, now)
    return at


def _set_since(connection: Connection, since: Mapping[str, int], now: int) -> None:
    for name, at in since.items():
        insert_once(connection, receivers, {"name": name, "state": WELL, "changed_at": now})
        connection.execute(update(receivers).where(_r.name == name).values(since=at))


def state_of(connection: Connection, name: str) -> ReceiverState:
    row = connection.execute(
        select(_r.state, _r.probe_at, _r.changed_at).where(_r.name == name)
    ).one_or_none()
    return (
        ReceiverState() if row is None else ReceiverState(row.state, row.probe_at, row.changed_at)
    )


def note_failure(
    connection: Connection, name: str, *, now: int, first_probe: int, pause: int
) -> bool:
    """Note that nothing gets through; True if all was well before.

    The first probe follows after `first_probe`, and none before the `pause` that was asked for;
    both in milliseconds.
    """
    if _move(connection, name, (WELL,), FAILING, now=now, probe_at=now + max(first_probe, pause)):
        return True
    connection.execute(
        update(receivers)
        .where(_r.name == name, _r.state == FAILING, _r.probe_at < now + pause)
        .values(probe_at=now + pause)
    )
    return False


def take_probe(connection: Connection, name: str, *, now: int, every: int, longest: int) -> bool:
    """Take the right to send the probe that is due; one worker gets it.

    A probe further ahead than the longest pause is void: a clock jumped.
    """
    due = or_(_r.probe_at.is_(None), _r.probe_at <= now, _r.probe_at > now + longest)
    result = connection.execute(
        update(receivers)
        .where(_r.name == name, _r.state == FAILING, due)
        .values(probe_at=now + every)
    )
    return result.rowcount == 1


def is_probe_due(receiver: ReceiverState, *, now: int, longest: int) -> bool:
    return receiver.probe_at is None or not now < receiver.probe_at <= now + longest


def recover(connection: Connection, name: str, *, now: int) -> bool:
    """Note that a failing receiver answers again; True if it was failing."""
    return _move(connection, name, (FAILING,), WELL, now=now)


def disable(connection: Connection, name: str, *, now: int) -> bool:
    """Send nothing until a person says so; True if it was not so."""
    return _move(connection, name, (WELL, FAILING), DISABLED, now=now)


def enable(connection: Connection, name: str, *, now: int) -> bool:
    """Give the receiver a fresh start; False if it was well."""
    return _move(connection, name, (FAILING, DISABLED), WELL, now=now)


def _move(
    connection: Connection,
    name: str,
    before: tuple[str, ...],
    after: str,
    *,
    now: int,
    probe_at: int | None = None,
) -> bool:
    insert_once(connection, receivers, {"name": name, "state": WELL, "changed_at": now})
    result = connection.execute(
        update(receivers)
        .where(_r.name == name, _r.state.in_(before))
        .values(state=after, probe_at=probe_at, changed_at=now)
    )
    return result.rowcount == 1
