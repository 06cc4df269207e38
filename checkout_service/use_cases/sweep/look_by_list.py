"""Look at many sessions by listing them: one read a hundred, where asking costs one read each.

Their time is cut into windows of as many orders each, which are read side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checkout_service.domain.clock import HOUR
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.domain.facts.fact import facts_of_look
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.order.settlement import Settlement
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.status import AttemptState
from checkout_service.storage.database import Database
from checkout_service.storage.records import DueOrder
from checkout_service.use_cases.settle.look_at_order import SWEEP
from checkout_service.use_cases.settle.looks import LookDone
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

from .end_stale import EndStale
from .isolation import each
from .side_by_side import side_by_side
from .sweep_report import SweepReport, pages

log = logging.getLogger(__name__)

_DENSE = 20  # from here on listing a window is cheaper than asking one by one
_WINDOW = 200  # orders: fewer are not worth a listing of their own
_LISTED = frozenset((AttemptState.OPEN, AttemptState.PROCESSING, AttemptState.SUCCEEDED))

Shown = tuple[DueOrder, Snapshot]


@dataclass(frozen=True, slots=True)
class LookByList:
    database: Database
    sessions: Sessions
    settle_order: SettleOrder
    end_stale: EndStale
    at_once: int

    def look(
        self, report: SweepReport, due: Sequence[DueOrder], *, keep_going: Callable[[], bool]
    ) -> set[str]:
        """Look at due sessions page by page, while that is cheaper; name the orders looked at.

        Raises GatewayError, DatabaseUnavailable.
        """
        wanted = {o.session_id: o for o in due if o.session_id and o.state in _LISTED}
        done: set[str] = set()
        if len(wanted) < _DENSE:
            return done

        def read(window: tuple[int, int]) -> list[tuple[int, int]]:
            start, end = window
            found = 0
            listing = self.sessions.find(created_from=start, created_to=end, whole=True)
            for turn, page in enumerate(pages(listing), start=1):
                shown = [
                    (wanted[s.session.id], s) for s in page if s.session and s.session.id in wanted
                ]
                fresh = [one for one in shown if one[0].order_id not in done]
                settled = self._record(report, fresh)
                done.update(settled)
                found += len(settled)
                if len(wanted) - len(done) <= 1 or found < turn * _DENSE or not keep_going():
                    break
            return []

        times = sorted(order.attempt_created_at for order in wanted.values())
        side_by_side(_windows(times, self.at_once), read, at_once=self.at_once)
        report.looked += len(done)
        return done

    def _record(self, report: SweepReport, shown: Sequence[Shown]) -> set[str]:
        """Settle what a page shows; name the orders that it shows whole."""
        settled: Sequence[Settlement | None]
        try:
            settled = self.database.write(
                lambda c: self.settle_order.settle_many(c, list(map(_case, shown)))
            )
        except DatabaseUnavailable:
            raise
        except Exception:  # one of them is bad: alone it costs only itself
            log.exception("page.undone")
            settled = [None] * len(shown)
        done: set[str] = set()

        def finish(one: tuple[Shown, Settlement | None]) -> None:
            (order, found), settlement = one
            settlement = settlement or self.settle_order.settle(_case((order, found)))
            if found.whole:
                self.end_stale.end_of(settlement.after)
                done.add(order.order_id)

        pairs = zip(shown, settled, strict=True)
        each(pairs, finish, report, name=lambda one: one[0][0].session_id or "")
        return done


def _case(shown: Shown) -> Case:
    order, found = shown
    look = LookDone(order.requests, planned=True) if found.whole else None
    return Case(SWEEP, facts_of_look(found), order.order_id, look=look)


def _windows(times: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Cut the time of these orders into windows; Stripe's clock may differ from ours by an hour."""
    count = max(1, min(most, len(times) // _WINDOW))
    cuts = [times[len(times) * n // count] for n in range(1, count)]
    edges = [times[0] - HOUR, *cuts, times[-1] + HOUR]
    return list(pairwise(edges))
