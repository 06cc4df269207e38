"""Read the events of a time and take in what no webhook told: newest first, and side by side.

In which order they are taken in matters to no order, so a long backlog is cut by time: the near
part is read page by page, all before it by somebody else meanwhile, who cuts it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from checkout_service.domain.clock import SECOND
from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.events import EventPage, Events
from checkout_service.storage import inbox
from checkout_service.storage.database import Database
from checkout_service.use_cases.settle.receive_event import ReceiveEvent
from checkout_service.use_cases.settle.receive_page import ReceivePage

from .isolation import each
from .side_by_side import side_by_side
from .sweep_report import SweepReport

_NEAR = 3  # pages: long enough to be worth a reader, short enough to need several


@frozen
class Stretch:
    """Some time (milliseconds UTC) of which the events are to be read, page before page.

    `pages` are left to read before what remains is cut again. It lies before a second that filled a
    page if that was `dense`.
    """

    start: int
    end: int | None = None
    before: str | None = None
    pages: int = 0
    dense: bool = False


@frozen
class ReadMissed:
    database: Database
    events: Events
    receive_page: ReceivePage
    receive_event: ReceiveEvent
    at_once: int

    def read(
        self, report: SweepReport, start: int, *, undelivered: bool, ready: Callable[[], object]
    ) -> int:
        """Take in what happened since `start`; return the time of the newest event, or `start`.

        Pages are read at once; each is taken in when `ready` has come back. Raises
        GatewayError, DatabaseUnavailable.
        """
        newest = start

        def read(stretch: Stretch) -> tuple[list[IncomingEvent], list[Stretch]]:
            page = self.events.page(
                stretch.start, stretch.end, undelivered=undelivered, before=stretch.before
            )
            return page.events, rest_of(stretch, page)

        def take(events: list[IncomingEvent]) -> None:
            nonlocal newest
            ready()
            newest = max([newest, *(event.created for event in events)])
            report.events += self._take(report, events)

        side_by_side([Stretch(start)], read, take, at_once=self.at_once)
        return newest

    def _take(self, report: SweepReport, events: list[IncomingEvent]) -> int:
        """Take in those that we do not know; return how many."""
        with self.database.read() as connection:
            known = inbox.known_ids(connection, [event.id for event in events])
        fresh = [event for event in events if event.id not in known]
        left = self.receive_page.take(fresh, source="sweep")
        taken = len(fresh) - len(left)

        def take(event: IncomingEvent) -> None:
            nonlocal taken
            self.receive_event.take(event, source="sweep")
            taken += 1

        each(left, take, report, name=lambda event: event.id)
        return taken


def rest_of(stretch: Stretch, page: EventPage) -> list[Stretch]:
    """Say what is left of a stretch after a page of it."""
    if page.before is None:
        return []
    rest = replace(stretch, before=page.before, pages=max(0, stretch.pages - 1))
    if stretch.pages or not page.events:
        return [rest]
    oldest, latest = page.events[0].created, page.events[-1].created
    cut = max(oldest - _NEAR * (latest - oldest), stretch.start)
    near = replace(rest, start=cut, pages=_NEAR)
    # Stripe counts in seconds, as these times do: the second of the cut is read once. A second that
    # fills a page is left to one reader; if it is not the first such, so are a few before it.
    dense = oldest == latest
    before = range(cut - SECOND, cut - (_NEAR + 1) * SECOND, -SECOND)
    alone = [at for at in before if at > stretch.start] if dense and stretch.dense else []
    seconds = [Stretch(at, at + SECOND - 1) for at in alone]
    end = min(one.start for one in (near, *seconds)) - 1
    far = [Stretch(stretch.start, end, dense=dense)] if end >= stretch.start else []
    return [*far, near, *seconds]
