"""What a monitor asks every few seconds. Read from the database, so that web and worker count.

Never calls anybody, and costs the same over a million orders.
"""

from __future__ import annotations

from collections import Counter
from statistics import median

from checkout_service.domain.clock import MINUTE, SECOND, Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.schedule import ENDS_SOON
from checkout_service.domain.views.metrics import MOST, MOST_RECENT, RECENT, Metrics
from checkout_service.storage import authorisations, bookmarks, metrics
from checkout_service.storage.admin import figures
from checkout_service.storage.database import Database
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from checkout_service.use_cases.settle.settle_order import CORRECTED

from .quarantine import counts

_LATEST = 50
_OVERDUE = 5 * MINUTE


@frozen
class ReadMetrics:
    database: Database
    clock: Clock
    deliver_outbox: DeliverOutbox

    def read(self) -> Metrics:
        """Return the metrics now. Raises DatabaseUnavailable."""
        now = self.clock.now()
        since = now - RECENT
        receiver, each = self.deliver_outbox.status(), self.deliver_outbox.standings()
        with self.database.read() as c:
            latest = figures.latest_events(c, most=_LATEST)
            lags = [e.received_at - e.created for e in latest if e.source == "webhook"]
            stuck = Counter(state for state, _ in figures.stuck(c, most=MOST))
            oldest = metrics.oldest_due_message(c)
            return Metrics(
                recent_orders=metrics.recent_orders(c, since=since, most=MOST_RECENT),
                newest_order_age=_age(now, metrics.newest_order(c)),
                newest_paid_order_age=_age(now, metrics.newest_order(c, status="paid")),
                held_orders=metrics.held_orders(c, most=MOST),
                overdue_looks=metrics.overdue_looks(c, before=now - _OVERDUE, most=MOST),
                authorizations_ending=len(
                    authorisations.ending(c, before=now + ENDS_SOON, limit=MOST)
                ),
                recent_events=metrics.recent_events(c, since=since, most=MOST_RECENT),
                recent_declines=metrics.recent_declines(c, since=since, most=MOST_RECENT),
                newest_event_age=_age(now, latest[0].received_at if latest else None),
                webhook_lag=max(0.0, median(lags) / SECOND) if lags else None,
                stuck_events=dict(stuck),
                outbox={s: figures.undelivered(c, s, most=MOST) for s in ("due", "dead")},
                outbox_oldest_age=_age(now, oldest) or 0.0,
                receiver=receiver,
                receivers=each,
                sweep_age=_age(now, bookmarks.position(c, "swept")),
                quarantined=counts(c),
                corrected_orders=bookmarks.position(c, CORRECTED) or 0,
            )


def _age(now: int, at: int | None) -> float | None:
    return None if at is None else max(0, now - at) / SECOND
