"""The ceiling on reads of Stripe by all processes together; buyers who wait go first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from checkout_service.domain.clock import SECOND, Clock
from checkout_service.domain.errors import ReadsSpent
from checkout_service.domain.frozen import frozen
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.read_budget import Pace, book, book_read, is_spent, pace_of

_URGENT_WAITS_MS = 300
_LATE_MS = 200
_URGENT_TURNS = 5
_PATIENT_WAITS_MS = 30 * SECOND
_PATIENT_AHEAD_MS = 2 * SECOND  # they wait in line, so all of a process book one turn at most


@dataclass(slots=True)
class ReadCount:
    """How many reads of Stripe were made since somebody began to count."""

    count: int = 0


@frozen
class ReadAllowance:
    database: Database
    clock: Clock  # real time: Stripe's limits know nothing of drills
    per_second: int
    _ahead: threading.local = field(default_factory=threading.local)
    # A story tells of many processes in one thread: there it must not wait for itself.
    _patient: AbstractContextManager[Any] = field(default_factory=threading.RLock)

    @contextmanager
    def counted(self) -> Iterator[ReadCount]:
        """Count the reads that this thread makes meanwhile, the failed ones too."""
        before = self._ahead.__dict__.get("count")
        counted = self._ahead.count = ReadCount()
        try:
            yield counted
        finally:
            self._ahead.count = before

    def take(self, urgent: bool) -> None:  # noqa: FBT001 - the gateway's callback shape
        """Take one read, waiting a little if need be. Raises ReadsSpent."""
        self._take(urgent=urgent)
        counted = self._ahead.__dict__.get("count")
        if counted is not None:
            counted.count += 1

    def _take(self, *, urgent: bool) -> None:
        turn = self._ahead.__dict__.pop("turn", None)
        if turn is None and not urgent:
            self._take_patiently()
            return
        self._wait_for(self.database.write(self.book) if turn is None else turn)
        self._ahead.waits = _URGENT_WAITS_MS  # a look that has begun is brought to its end

    @property
    def _waits(self) -> int:
        """How long this thread's urgent reads may wait for a turn, in milliseconds."""
        waits: int = self._ahead.__dict__.get("waits", _URGENT_WAITS_MS)
        return waits

    @contextmanager
    def waiting(self, may_wait: bool) -> Iterator[None]:  # noqa: FBT001 - the one thing it says
        """Let this thread's urgent reads wait for a turn, or refuse the first that would have to.

        A page that polls comes again: many of them together would hold a thread each.
        """
        before = self._waits
        self._ahead.waits = _URGENT_WAITS_MS if may_wait else 0
        try:
            yield
        finally:
            self._ahead.waits = before

    def is_spent(self, free_at: int | None) -> bool:
        """Say, from when the next read is free, whether an urgent one would be sent away."""
        return is_spent(
            free_at,
            now=self.clock.now(),
            per_second=self.per_second,
            ahead=self._waits,
        )

    def book(self, connection: Transaction) -> int:
        """Book a turn that comes soon, in the caller's transaction; return its time.

        Raises ReadsSpent: a crowd beyond the next turns is sent away at once, to ask again.
        """
        pace = self.pace()
        booked, wait = book(connection, pace)
        if not booked:
            raise ReadsSpent(wait)
        return pace.now + wait

    def pace(self) -> Pace:
        """Say when an urgent read of this thread may start."""
        now, waits = self.clock.now(), self._waits
        return pace_of(now=now, per_second=self.per_second, urgent=True, ahead=waits)

    @contextmanager
    def booked(self, turn: int) -> Iterator[None]:
        """Let this thread's next read be the one that was booked for this time."""
        self._ahead.turn = turn
        try:
            yield
        finally:
            self._ahead.__dict__.pop("turn", None)

    def _wait_for(self, turn: int) -> None:
        """Wait for a turn, and book another where this machine was too busy to come in time.

        Late reads would meet those of later turns, and together break the ceiling. Raises
        ReadsSpent when no turn is left soon, or none was met.
        """
        for _ in range(_URGENT_TURNS):
            self.clock.sleep(max(0, turn - self.clock.now()) / SECOND)
            if self.clock.now() - turn <= _LATE_MS:
                return
            turn = self.database.write(self.book)
        raise ReadsSpent(_URGENT_WAITS_MS)

    def _take_patiently(self) -> None:
        """Book a turn behind those who wait already: a crowd of buyers cannot starve the sweep."""
        with self._patient:
            self._wait_in_line()

    def _wait_in_line(self) -> None:
        until = self.clock.now() + _PATIENT_WAITS_MS
        while True:
            now = self.clock.now()
            booked, wait = self.database.write(
                lambda c, now=now: book_read(  # type: ignore[misc]
                    c, now=now, per_second=self.per_second, urgent=False, ahead=_PATIENT_AHEAD_MS
                )
            )
            if now + wait > until:
                raise ReadsSpent(wait)
            self.clock.sleep(wait / SECOND)
            if booked and self.clock.now() - now - wait <= _LATE_MS:
                return
