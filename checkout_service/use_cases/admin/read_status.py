"""How the machinery does: webhooks in, notifications out, the sweep. Never calls anybody."""

from __future__ import annotations

from collections import Counter
from statistics import median

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.admin import SystemStatus
from checkout_service.storage import bookmarks
from checkout_service.storage.admin import figures
from checkout_service.storage.database import Database
from checkout_service.use_cases.notify.deliver import DeliverOutbox

from .quarantine import counts

MOST = 1_000  # counts stop here: a page must not count a flood
_LATEST = 50
SWEPT = "swept"


@frozen
class ReadStatus:
    database: Database
    clock: Clock
    deliver_outbox: DeliverOutbox

    def read(self) -> SystemStatus:
        """Return the state of things now."""
        with self.database.read() as connection:
            latest = figures.latest_events(connection, most=_LATEST)
            stuck = figures.stuck(connection, most=MOST)
            held = figures.count_held(connection, most=MOST)
            due = figures.undelivered(connection, "due", most=MOST)
            dead = figures.undelivered(connection, "dead", most=MOST)
            set_aside = counts(connection)
            swept_at = bookmarks.position(connection, SWEPT)
        by_webhook = [e.received_at - e.created for e in latest if e.source == "webhook"]
        reasons = Counter(error.splitlines()[0][:120] for _, error in stuck if error)
        return SystemStatus(
            last_event=latest[0] if latest else None,
            lag=max(0, int(median(by_webhook))) if by_webhook else None,
            stuck=dict(Counter(state for state, _ in stuck)),
            reasons=tuple(reasons.most_common(5)),
            held=held,
            due=due,
            dead=dead,
            receiver=self.deliver_outbox.status(),
            swept_at=swept_at,
            now=self.clock.now(),
            quarantined=set_aside,
        )

    def migration(self) -> str:
        """Name the migration the database is at."""
        with self.database.read() as connection:
            return figures.migration(connection)
