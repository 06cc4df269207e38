"""Look at every order whose look is due: drafts are opened again, the rest asked for or listed.

Listing costs one read per hundred sessions, asking one read each: dense waiting orders are
listed, a few old ones are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from checkout_service.domain.changes import lapse, unchanged
from checkout_service.domain.clock import DAY, HOUR, SECOND, Clock
from checkout_service.domain.errors import CheckoutError, DatabaseUnavailable, StaleOrder
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.snapshots import SessionView
from checkout_service.domain.status import AttemptKind, AttemptState
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.rows import AnyRow

from .open_attempt import OpenAttempt
from .settle_order import SettleOrder
from .sweep_report import SweepReport, pages

_BATCH = 2_000
_DENSE = 20  # from here on listing a window is cheaper than asking one by one
_DRAFT_LIFE = 23 * HOUR  # Stripe keeps an idempotency key for a day
_LINK_LIFE = 2 * DAY  # a link can be opened late; money that comes later still is welcome
_RENEW_EVERY = 20


@dataclass(frozen=True, slots=True)
class LookAtDue:
    database: Database
    gateway: PaymentGateway
    clock: Clock
    settle_order: SettleOrder
    open_attempt: OpenAttempt

    def __call__(self, report: SweepReport, *, keep_going: Callable[[], bool]) -> None:
        """Look at what is due; `keep_going` renews the sweep's lease. Raises GatewayError."""
        with self.database.read() as connection:
            due = orders.due_attempts(connection, now=self.clock.now(), limit=_BATCH)
        by_session = {row.session_id: row for row in due if row.state == AttemptState.OPEN}
        by_session.pop(None, None)
        listed = self._look_by_list(report, by_session, keep_going)
        for place, row in enumerate(due, start=1):
            if row.session_id not in listed or row.session_id is None:
                self._one(report, row)
            if place % _RENEW_EVERY == 0 and not keep_going():
                return

    def _one(self, report: SweepReport, row: AnyRow) -> None:
        """Do one order; its failure delays it and stops nobody else."""
        try:
            if row.kind == AttemptKind.LINK and row.session_id is None:
                self._wait_for_buyer(row)
            elif row.state != AttemptState.DRAFT:
                self.settle_order(row.order_id, source="sweep")
            elif self.clock.now() - row.attempt_created_at > _DRAFT_LIFE:
                self.open_attempt.give_up(row.order_id, row.attempt_id, source="sweep")
            else:
                self.open_attempt(row.order_id, source="sweep")
        except DatabaseUnavailable:
            raise
        except CheckoutError as error:
            report.failures.append(f"{row.order_id}: {error.code}")
            at = self.clock.now() + 2 * SECOND
            self.database.write(lambda c: orders.postpone_look(c, row.order_id, at))
        else:
            report.looked += 1

    def _wait_for_buyer(self, row: AnyRow) -> None:
        """Wait on: a link's order has nothing to look at until its session is found by its link."""
        old = self.clock.now() - row.attempt_created_at > _LINK_LIFE
        self.database.write(
            lambda c: self.settle_order.record(
                c,
                row.order_id,
                [],
                source="sweep",
                looked=True,
                change=lapse(row.attempt_id) if old else unchanged,
                reason="nobody came to pay" if old else None,
            )
        )

    def _look_by_list(
        self,
        report: SweepReport,
        by_session: dict[str, AnyRow],
        keep_going: Callable[[], bool],
    ) -> set[str]:
        """Look at many open sessions page by page, while listing is cheaper than asking."""
        done: set[str] = set()
        if len(by_session) < _DENSE:
            return done
        times = [row.attempt_created_at for row in by_session.values()]
        listing = self.gateway.find_sessions(
            created_from=min(times) - HOUR, created_to=max(times) + HOUR
        )
        for turn, page in enumerate(pages(listing), start=1):
            told = [view for view in page if view.id in by_session]
            self.database.write(lambda c, told=told: self._record(c, told, by_session))  # type: ignore[misc]
            done |= {view.id for view in told}
            report.looked += len(told)
            left = len(by_session) - len(done)
            if left <= 1 or len(done) < turn * _DENSE or not keep_going():
                break
        return done

    def _record(
        self, connection: Connection, views: Sequence[SessionView], by_session: dict[str, AnyRow]
    ) -> None:
        # Always in the order of ids: two sweeps that lock many orders cannot deadlock.
        for view in sorted(views, key=lambda view: str(by_session[view.id].order_id)):
            row = by_session[view.id]
            try:
                self.settle_order.record(
                    connection,
                    row.order_id,
                    [view],
                    source="sweep",
                    looked=True,
                    version=row.version,
                )
            except StaleOrder:
                continue  # settled meanwhile; its next look is planned
