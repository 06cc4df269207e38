"""Find the payments of our Payment Links: a buyer who never returns is settled all the same.

Sessions can be listed by link but not by reference, so each link is read since a bookmark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checkout_service.domain.catalog import Catalog
from checkout_service.domain.clock import DAY, HOUR, Clock
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.status import AttemptState
from checkout_service.storage import bookmarks, orders
from checkout_service.storage.database import Database

from .adopt_session import AdoptSession
from .sweep_report import SweepReport, pages

# A session is listed by when it was opened; it can be paid a day later.
_SESSION_LIFE = DAY + HOUR
_OVERLAP = HOUR
_CLOSED = frozenset((AttemptState.SUCCEEDED, AttemptState.FAILED))


@dataclass(frozen=True, slots=True)
class ReadLinks:
    database: Database
    gateway: PaymentGateway
    clock: Clock
    catalog: Catalog
    adopt_session: AdoptSession

    def __call__(self, report: SweepReport, *, keep_going: Callable[[], bool]) -> None:
        """Read every link's completed sessions. Raises GatewayError."""
        for link in self.catalog.payment_links:
            self._read(link.stripe_payment_link, report, keep_going)

    def _read(self, plink: str, report: SweepReport, keep_going: Callable[[], bool]) -> None:
        name, whole = f"link:{plink}", f"whole:{plink}"
        now = self.clock.now()
        with self.database.read() as connection:
            position = bookmarks.position(connection, name)
            whole_at = bookmarks.position(connection, whole)
        deep = position is None or whole_at is None or abs(now - whole_at) > HOUR
        start = (now if position is None else position) - (_SESSION_LIFE if deep else _OVERLAP)
        newest = start if position is None else position
        listing = self.gateway.find_sessions(
            created_from=start, payment_link=plink, status="complete"
        )
        for page in pages(listing):
            with self.database.read() as connection:
                states = orders.states_of_sessions(connection, [view.id for view in page])
            for view in page:
                newest = max(newest, view.created)
                if states.get(view.id) not in _CLOSED:
                    self.adopt_session(view, source="sweep")
                    report.looked += 1
            if not keep_going():
                return
        self.database.write(lambda c: bookmarks.move_to(c, name, newest))
        if deep:
            self.database.write(lambda c: bookmarks.move_to(c, whole, now))
