"""Find the payments of our Payment Links: a buyer who never returns is settled all the same.

Sessions can be listed by link but not by reference, so each link is read since a bookmark. A
session that cannot be taken in is set aside and tried again by itself: no bookmark waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from checkout_service.domain.catalog import Catalog
from checkout_service.domain.clock import DAY, HOUR, Clock
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.schedule import backoff
from checkout_service.domain.status import AttemptState
from checkout_service.storage import bookmarks, orders
from checkout_service.storage.database import Database
from checkout_service.storage.links import link_leftovers
from checkout_service.use_cases.settle.adopt_session import AdoptSession

from .isolation import each
from .sweep_report import SweepReport, pages

log = logging.getLogger(__name__)

# A session is listed by when it was opened; it can be paid a day later.
_SESSION_LIFE = DAY + HOUR
_OVERLAP = HOUR
_CLOSED = frozenset((AttemptState.SUCCEEDED, AttemptState.FAILED))
_MOST_LEFTOVERS = 100


@frozen
class ScanLinks:
    database: Database
    sessions: Sessions
    clock: Clock
    catalog: Catalog
    adopt_session: AdoptSession

    def scan(self, report: SweepReport, *, keep_going: Callable[[], bool]) -> None:
        """Read every link's completed sessions. Raises GatewayError when Stripe is away."""
        each(
            self.catalog.payment_links,
            lambda link: self._read(link.stripe_payment_link, report, keep_going),
            report,
            name=lambda link: link.id,
        )

    def retry(self, report: SweepReport) -> None:
        """Try the sessions again that could not be taken in."""
        now = self.clock.now()
        with self.database.read() as connection:
            found = link_leftovers.due(connection, now=now, limit=_MOST_LEFTOVERS)

        def again(session_id: str) -> None:
            snapshot = self.sessions.look(session_id, urgent=False)
            self.adopt_session.adopt(snapshot, source="sweep")
            self.database.write(lambda c: link_leftovers.done(c, session_id))
            report.retried += 1

        each(
            found, again, report, name=str, failed=lambda name, error: self._aside(name, "", error)
        )

    def _read(self, plink: str, report: SweepReport, keep_going: Callable[[], bool]) -> None:
        name, whole = f"link:{plink}", f"whole:{plink}"
        now = self.clock.now()
        with self.database.read() as connection:
            position = bookmarks.position(connection, name)
            whole_at = bookmarks.position(connection, whole)
        deep = position is None or whole_at is None or abs(now - whole_at) > HOUR
        start = (now if position is None else position) - (_SESSION_LIFE if deep else _OVERLAP)
        newest = start if position is None else position
        listing = self.sessions.find(
            created_from=start, payment_link=plink, status="complete", whole=True
        )
        for page in pages(listing):
            newest = max([newest, *(found.session.created for found in page if found.session)])
            self._take_in(plink, page, report)
            if not keep_going():
                return
        self.database.write(lambda c: bookmarks.move_to(c, name, newest))
        if deep:
            self.database.write(lambda c: bookmarks.move_to(c, whole, now))

    def _take_in(self, plink: str, page: list[Snapshot], report: SweepReport) -> None:
        ids = [found.session.id for found in page if found.session]
        with self.database.read() as connection:
            states = orders.states_of_sessions(connection, ids)
            aside = link_leftovers.known(connection, ids)

        def adopt(found: Snapshot) -> None:
            if found.session is None or found.session.id in aside:
                return
            if states.get(found.session.id) not in _CLOSED:
                self.adopt_session.adopt(found, source="sweep")
                report.looked += 1

        each(
            page,
            adopt,
            report,
            name=lambda found: found.session.id if found.session else "",
            failed=lambda name, error: self._aside(name, plink, error),
        )

    def _aside(self, session_id: str, plink: str, error: Exception) -> None:
        """Set a session aside; after some tries it waits for a person."""
        now, why = self.clock.now(), type(error).__name__
        tries = self.database.write(
            lambda c: link_leftovers.failed(c, session_id, plink, error=why, now=now)
        )
        at = backoff(tries, now)
        self.database.write(lambda c: link_leftovers.rest(c, session_id, at))
        if at is None:
            log.error("link_session.quarantined", extra={"session": session_id, "reason": why})
