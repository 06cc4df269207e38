"""The pass that repeats whatever may have been missed.

Every step is idempotent; a lease lets one process sweep at a time, and another takes over when
it dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field

from checkout_service.domain import ids
from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND, Clock
from checkout_service.domain.errors import DatabaseUnavailable, GatewayError, StripeRejected
from checkout_service.domain.frozen import frozen
from checkout_service.storage import bookmarks, inbox, leases
from checkout_service.storage.database import Database, Transaction
from checkout_service.use_cases.settle.receive_event import ReceiveEvent

from .find_renewals import FindRenewals
from .finish_writes import FinishWrites
from .read_missed import ReadMissed
from .refresh_due import RefreshDue
from .scan_links import ScanLinks
from .sweep_report import SweepReport

log = logging.getLogger(__name__)

_LEASE = 30 * SECOND
_OVERLAP = 5 * MINUTE
_BATCH = 1_000
_PAGE = 100


@frozen
class _Reading:
    """Which events are read, since how long the first time, and how far the next ones overlap."""

    bookmark: str
    first: int
    overlap: int
    undelivered: bool


_EVENTS = _Reading("events", DAY, _OVERLAP, undelivered=False)
_UNDELIVERED = _Reading("undelivered", 3 * DAY, 3 * DAY, undelivered=True)


@frozen
class Sweep:
    database: Database
    clock: Clock
    read_missed: ReadMissed
    scan_links: ScanLinks
    refresh_due: RefreshDue
    receive_event: ReceiveEvent
    find_renewals: FindRenewals
    finish_writes: FinishWrites
    pull_mode: bool
    at_once: int
    owner: str = field(default_factory=lambda: ids.new_id("own"))

    def sweep(self) -> SweepReport:
        """Sweep once, whole. Stripe's failures are counted in the report, never raised."""
        report = SweepReport()
        if not self._lease():
            report.skipped = True
            return report
        try:
            self._step(report, self.find_renewals.find)
            self._step(report, self._retry_leftovers)
            self._look_and_read(report)
            self._step(report, self._read_links)
            self._step(report, self.finish_writes.finish)
            self._step(report, self._look_at_due_orders)
            self._step(report, self.scan_links.retry)
        finally:
            self.database.write(self._end)
        return report

    def _look_and_read(self, report: SweepReport) -> None:
        """Look before any event is taken in: an order that was looked at learns little from them.

        The first pages of them are read meanwhile: who looks does not always use up the ceiling.
        """
        if self.at_once == 1:
            self._step(report, self._look_at_due_orders)
            self._step(report, self._read_missed_events)
            return
        looked = Future[None]()

        def ready() -> None:
            looked.result()  # or what ended the looks ends this too
            self._lease()

        def read_missed_events(report: SweepReport) -> None:
            self._read_events(report, ready)

        with ThreadPoolExecutor(1, thread_name_prefix="sweep-events") as meanwhile:
            reading = meanwhile.submit(self._step, report, read_missed_events)
            try:
                self._step(report, self._look_at_due_orders)
            except BaseException as error:
                looked.set_exception(error)
                raise
            looked.set_result(None)
            reading.result()

    def _end(self, connection: Transaction) -> None:
        leases.end_lease(connection, "sweep", owner=self.owner)
        bookmarks.move_to(connection, "swept", self.clock.now())

    def _step(self, report: SweepReport, step: Callable[[SweepReport], None]) -> None:
        try:
            step(report)
        except DatabaseUnavailable:
            raise
        except GatewayError as error:
            self._failed(report, step, error.code)
        except Exception as error:
            # Whatever it is, the other steps are not to wait for it.
            log.exception("sweep.step_broken", extra={"step": _name(step)})
            self._failed(report, step, type(error).__name__)

    def _failed(self, report: SweepReport, step: Callable[..., None], why: str) -> None:
        log.warning("sweep.step_failed", extra={"step": _name(step), "reason": why})
        report.failures.append(f"{_name(step)}: {why}")

    def _lease(self) -> bool:
        now = self.clock.now()
        return self.database.write(
            lambda c: leases.take_lease(c, "sweep", owner=self.owner, now=now, for_ms=_LEASE)
        )

    def _retry_leftovers(self, report: SweepReport) -> None:
        with self.database.read() as connection:
            found = inbox.leftovers(connection, now=self.clock.now(), limit=_BATCH)
        for leftover in found:
            self.receive_event.retry(leftover)  # it keeps what fails by itself
            report.retried += 1
            if report.retried % _PAGE == 0 and not self._lease():
                return

    def _read_missed_events(self, report: SweepReport) -> None:
        self._read_events(report, self._lease)

    def _read_events(self, report: SweepReport, ready: Callable[[], object]) -> None:
        """Read Stripe's events since the bookmark; the position is Stripe's time, not ours.

        Before a page is taken in, `ready` has come back.
        """
        if self.pull_mode:
            return
        try:
            self._read_since(report, _EVENTS, ready)
            if self._due_hourly():
                self._read_since(report, _UNDELIVERED, ready)
        except StripeRejected as refusal:
            if not refusal.permission:
                raise
            report.failures.append("events: the key may not read events")

    def _read_since(
        self, report: SweepReport, reading: _Reading, ready: Callable[[], object]
    ) -> None:
        name = reading.bookmark
        with self.database.read() as connection:
            position = bookmarks.position(connection, name)
        now = self.clock.now()
        start = now - reading.first if position is None else position - reading.overlap
        # The first reading sets the bookmark even if it finds nothing: a later one goes on from it.
        newest = self.read_missed.read(report, start, undelivered=reading.undelivered, ready=ready)
        if position is None or newest > position:
            self.database.write(lambda c: bookmarks.move_to(c, name, newest))

    def _due_hourly(self) -> bool:
        now = self.clock.now()
        with self.database.read() as connection:
            last = bookmarks.position(connection, "hourly") or 0
        if abs(now - last) < HOUR:
            return False
        self.database.write(lambda c: bookmarks.move_to(c, "hourly", now))
        return True

    def _read_links(self, report: SweepReport) -> None:
        self.scan_links.scan(report, keep_going=self._lease)

    def _look_at_due_orders(self, report: SweepReport) -> None:
        self.refresh_due.refresh(report, keep_going=self._lease)


def _name(step: Callable[..., None]) -> str:
    return getattr(step, "__name__", type(step).__name__)
