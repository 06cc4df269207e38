"""Events that the sweep has read, a page at a time: those of known orders are taken in together.

One transaction locks their orders, merges what each event tells and writes all the receipts. If
anything is wrong with one of them, it is undone and each is taken in by itself.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.domain.facts.fact import fact_of_event
from checkout_service.domain.facts.snapshots import IncomingEvent, IntentView, SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.storage import inbox
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.read_many import orders_of

from .place_event import PlaceEvent, intent_of, request_look
from .settle_order import Case, SettleOrder

log = logging.getLogger(__name__)

Known = tuple[IncomingEvent, SessionView | IntentView]


@frozen
class ReceivePage:
    database: Database
    settle_order: SettleOrder
    place_event: PlaceEvent
    clock: Clock
    api_version: str

    def take(self, events: Sequence[IncomingEvent], *, source: str) -> list[IncomingEvent]:
        """Take in what can be taken in together; return the others, in their order.

        Raises DatabaseUnavailable.
        """
        taken: set[str] = set()
        for wave in _waves(event for event in events if self._is_everyday(event)):
            try:
                taken |= self.database.write(lambda c, wave=wave: self._together(c, wave, source))  # type: ignore[misc]
            except DatabaseUnavailable:
                raise
            except Exception:  # one of them is bad: alone it costs only itself
                log.exception("page.undone")
        return [event for event in events if event.id not in taken]

    def _is_everyday(self, event: IncomingEvent) -> bool:
        return (
            event.api_version == self.api_version
            and not self.place_event.is_foreign(event)
            and (isinstance(event.subject, IntentView) or _is_plain_session(event))
        )

    def _together(
        self, connection: Transaction, wave: Sequence[IncomingEvent], source: str
    ) -> set[str]:
        """Take in at most one event of each order; name those that were taken in."""
        now, mine = self.clock.now(), dict[str, Known]()
        found = orders_of(connection, [subject_of(event).id for event in wave])
        for event in wave:
            order_id = found.get(subject_of(event).id)
            if order_id is not None:
                mine.setdefault(order_id, (event, subject_of(event)))
        cases = [
            Case(
                source,
                [fact_of_event(event, subject, now=now, signed=False)],
                order_id,
                event_id=event.id,
            )
            for order_id, (event, subject) in mine.items()
        ]
        settled = self.settle_order.settle_many(connection, cases)
        inbox.record_many(
            connection,
            [
                inbox.event_row(
                    event,
                    source=source,
                    now=now,
                    state="applied",
                    order_id=order_id,
                    intent_id=intent_of(event),
                )
                for order_id, (event, _) in mine.items()
            ],
        )
        for (order_id, (event, _)), settlement in zip(mine.items(), settled, strict=True):
            request_look(connection, event, order_id, settlement.after, now=now)
        return {event.id for event, _ in mine.values()}


def subject_of(event: IncomingEvent) -> SessionView | IntentView:
    subject = event.subject
    if not isinstance(subject, SessionView | IntentView):
        raise TypeError(event.type)
    return subject


def _is_plain_session(event: IncomingEvent) -> bool:
    return isinstance(event.subject, SessionView) and event.subject.mode != "subscription"


def _waves(events: Iterable[IncomingEvent]) -> Iterable[list[IncomingEvent]]:
    """Put the first of each session into one wave, the second into the next, and so on.

    Those of intents come last: by then the sessions have told whose they are.
    """
    by_kind = {SessionView: defaultdict[str, list[IncomingEvent]](list),
               IntentView: defaultdict[str, list[IncomingEvent]](list)}  # fmt: skip
    for event in events:
        subject = subject_of(event)
        by_kind[type(subject)][subject.id].append(event)
    return chain.from_iterable(
        ([event for event in wave if event is not None] for wave in zip_longest(*of_one.values()))
        for of_one in by_kind.values()
    )
