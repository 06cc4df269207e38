"""Look at many sessions by listing them: one read a hundred, where asking costs one read each.

Their time is cut into windows of as many orders each, which are read side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checkout_service.domain.clock import HOUR, SECOND
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.domain.facts.fact import facts_of_look
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.frozen import frozen
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
from .sweep_report import PAGE, SweepReport, pages

log = logging.getLogger(__name__)

_DENSE = 20  # so many orders are worth a listing
_WORTH = 5  # orders a page: fewer are asked for one by one
_WINDOW = 150  # orders: fewer are not worth a listing of their own
_SLACK = 5 * SECOND  # between our writing an attempt and Stripe's making its session
_LISTED = frozenset((AttemptState.OPEN, AttemptState.PROCESSING, AttemptState.SUCCEEDED))

Shown = tuple[DueOrder, Snapshot]


@dataclass(slots=True)
class Window:
    """A listing that is read page by page; `found` are the due sessions that it showed."""

    listing: Iterator[list[Snapshot]]
    pages: int = 0
    found: int = 0
    is_over: bool = False

    def next_page(self) -> list[Snapshot]:
        """Read the next page: empty, and over, after the last."""
        page = next(self.listing, [])
        self.pages += 1
        self.is_over = len(page) < PAGE
        return page


@frozen
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
        listed, going = set[str](), True

        def read(window: Window) -> tuple[list[Shown], list[Window]]:
            shown = [
                (wanted[s.session.id], s)
                for s in window.next_page()
                if s.session and s.session.id in wanted and s.session.id not in listed
            ]
            listed.update(order.session_id or "" for order, _ in shown)
            window.found += len(shown)
            worth_it = window.found >= window.pages * _WORTH and len(listed) < len(wanted) - 1
            return shown, [window] if worth_it and going and not window.is_over else []

        def take(shown: list[Shown]) -> None:
            nonlocal going
            done.update(self._record(report, shown))
            going = going and keep_going()

        times = sorted(order.attempt_created_at for order in wanted.values())
        for stretches in (_windows(times, self.at_once), _around(times)):
            if going and len(wanted) - len(listed) >= _DENSE:
                side_by_side(map(self._window, stretches), read, take, at_once=self.at_once)
        report.looked += len(done)
        return done

    def _window(self, stretch: tuple[int, int]) -> Window:
        start, end = stretch
        return Window(pages(self.sessions.find(created_from=start, created_to=end, whole=True)))

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
    """Cut the time of these orders into windows of as many orders each.

    Both ends belong to a window, in whole seconds: none is read twice.
    """
    count = max(1, min(most, len(times) // _WINDOW))
    start, end = _ends(times)
    cuts = {times[len(times) * n // count] // SECOND * SECOND for n in range(1, count)}
    edges = [start, *sorted(cut for cut in cuts if start < cut < end), end]
    return [(first, last - 1) for first, last in pairwise(edges)]


def _around(times: Sequence[int]) -> list[tuple[int, int]]:
    """Tell the hours before and after: Stripe's clock may differ from ours by as much."""
    start, end = _ends(times)
    return [(start - HOUR, start - 1), (end, end + HOUR)]


def _ends(times: Sequence[int]) -> tuple[int, int]:
    start, end = times[0] - _SLACK, times[-1] + _SLACK
    return start // SECOND * SECOND, end // SECOND * SECOND
