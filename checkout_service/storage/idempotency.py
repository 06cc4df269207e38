"""Clients' idempotency keys: one row a key; the primary key lets one request in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from checkout_service.domain.frozen import frozen

from .database import Database
from .portions import Portion, write_each
from .tables import idempotency_keys, money_writes
from .tables.money import UNFINISHED
from .upsert import insert_once

_k = idempotency_keys.c


@frozen
class Claim:
    """One holder's right to a key. Whoever frees or finishes it names the claim that is his.

    The nonce would not do: it names the order, so whoever takes over has the same. Nor would the
    moment alone: two may claim a key in the same millisecond. The holder is a name of one claim;
    a release that knows no holders leaves the last one's name there, but never his moment.
    """

    scope: str
    key: str
    holder: str
    until: int  # then its holder counts as dead, milliseconds UTC


@frozen
class KeyRecord:
    """A key as it stands: running until `locked_until`, free, or kept with its answer."""

    scope: str
    key: str
    fingerprint: str
    nonce: str
    state: str
    holder: str | None
    locked_until: int
    created_at: int
    status: int | None
    body: bytes | None

    @property
    def answer(self) -> tuple[int, bytes] | None:
        """The status and body that are kept under it."""
        if self.state != "kept" or self.status is None:
            return None
        return self.status, bytes(self.body or b"")

    def is_held_by(self, claim: Claim) -> bool:
        mine = (claim.holder, claim.until)
        return self.state == "running" and (self.holder, self.locked_until) == mine


_COLUMNS = tuple(_k[field.name] for field in fields(KeyRecord))


def begin(connection: Connection, row: dict[str, Any]) -> bool:
    """Claim a fresh key; False if the key is there already."""
    return insert_once(connection, idempotency_keys, row)


def find(connection: Connection, scope: str, key: str) -> KeyRecord | None:
    row = connection.execute(
        select(*_COLUMNS).where(_k.scope == scope, _k.key == key)
    ).one_or_none()
    return None if row is None else KeyRecord(*row)


def take_over(
    connection: Connection, found: KeyRecord, claim: Claim, *, fresh: dict[str, Any]
) -> bool:
    """Claim a freed key, or one whose holder died; False if somebody else was quicker.

    `fresh` holds a new fingerprint and nonce when the key now serves another request.
    """
    taken = {"state": "running", "holder": claim.holder, "locked_until": claim.until}
    result = connection.execute(
        update(idempotency_keys)
        .where(
            _k.scope == found.scope,
            _k.key == found.key,
            _k.state == found.state,
            _k.locked_until == found.locked_until,
        )
        .values(taken | {"status": None, "body": None} | fresh)
    )
    return result.rowcount == 1


def finish(
    connection: Connection, claim: Claim, *, status: int | None = None, body: bytes | None = None
) -> None:
    """Keep the answer under the key, or free the key when there is none to keep.

    Nothing is done where the claim is over: whoever was slower than it leaves the key to those who
    took over, and a repeat of what had been written after all changes nothing.
    """
    connection.execute(
        update(idempotency_keys)
        .where(
            _k.scope == claim.scope,
            _k.key == claim.key,
            _k.state == "running",
            _k.holder == claim.holder,
            _k.locked_until == claim.until,
        )
        .values(
            state="free" if status is None else "kept", status=status, body=body, locked_until=0
        )
    )


def forget_older(database: Database, before: int) -> Iterator[int]:
    """Forget old keys, but for those of a refund that nobody knows the outcome of."""
    unfinished = exists().where(money_writes.c.nonce == _k.nonce, UNFINISHED)

    def work(portion: Portion, connection: Connection) -> int:
        old = delete(idempotency_keys).where(*portion.rows, ~unfinished)
        return int(connection.execute(old).rowcount)

    return write_each(database, _k.created_at, work, below=before)
