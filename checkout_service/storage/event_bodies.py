"""Empty the raw bodies of Stripe's events: of one order, of an age, or by what is in them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, TextClause, case, func, text, update

from .database import Database
from .portions import Portion, write_each
from .tables import inbox_events
from .tables.machinery import STUCK

_e = inbox_events.c
_NOTHING = b"{}"
_FULL = _e.body != _NOTHING


def empty_older(database: Database, before: int) -> Iterator[int]:
    """Empty bodies of events received before then, in portions; return the number of each.

    What failed keeps its body: a person is to see to it, and may have it tried again.
    """
    failed = _e.state.in_(("failed", "quarantined"))

    def work(portion: Portion, connection: Connection) -> int:
        return empty(connection, *portion.rows, ~failed)

    return write_each(database, _e.received_at, work, below=before)


def empty_holding(database: Database, words: str) -> Iterator[int]:
    """Empty the bodies that hold these words, whoever's they are; reads every one, in portions."""
    wanted = words.encode()
    holds: ColumnElement[bool] | TextClause
    if database.is_sqlite:
        holds = func.instr(_e.body, wanted) > 0
    else:
        holds = text("position(CAST(:wanted AS bytea) IN inbox_events.body) > 0").bindparams(
            wanted=wanted
        )

    def work(portion: Portion, connection: Connection) -> int:
        return empty(connection, *portion.rows, holds)

    return write_each(database, _e.received_at, work)


def empty(connection: Connection, *which: ColumnElement[bool] | TextClause) -> int:
    """Empty bodies that are not yet; an event that was to be tried again is ignored from now on."""
    undone = STUCK
    emptied = (
        update(inbox_events)
        .where(*which, _FULL)
        .values(
            state=case((undone, "ignored"), else_=_e.state),
            next_at=case((undone, None), else_=_e.next_at),
            last_error=case((undone, "erased"), else_=_e.last_error),
            body=_NOTHING,
            intent_id=None,  # nobody takes it for facts of a payment either
        )
    )
    return int(connection.execute(emptied).rowcount)
