"""THE ROOM: every door brings facts here; status, trail, fulfilment and messages leave together.

There is one way to settle: load, merge, derive, write. It is driven at once (read unlocked,
written by one statement that guards itself) or in a transaction that holds the order. It never
calls Stripe.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from checkout_service.domain import ids
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound, StaleOrder
from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.changes import Change, unchanged
from checkout_service.domain.order.settlement import Settlement, settle
from checkout_service.storage import bookmarks, inbox
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.diff import Cause, Writing, plan_writing
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.ledger.read_many import (
    Asked,
    intents_with_more,
    load_ledgers,
    load_of_sessions,
)
from checkout_service.storage.ledger.write import write, write_all, write_plain
from checkout_service.storage.order_lookup import intents_of_others

from .earlier_events import EarlierEvents, unknown_intents
from .looks import LookDone, plan_look
from .write_together import WriteTogether

log = logging.getLogger(__name__)

CORRECTED = "corrected"  # how many settled orders a planned look has put right


@frozen
class Case:
    """What a door brings. `look` says that the facts are a look's; `receipt` is an event's row.

    `note` is a line of the trail for people, whatever else changes.
    """

    source: str
    facts: Sequence[Fact] = ()
    order_id: str = ""
    change: Change = unchanged
    reason: str | None = None
    note: str | None = None
    look: LookDone | None = None
    event_id: str | None = None
    receipt: dict[str, Any] | None = None


@frozen
class Told:
    """An event of a session, and what it brings."""

    case: Case
    session_id: str

    @property
    def asked(self) -> Asked:
        intent = next(iter(unknown_intents(None, self.case.facts)), None)
        return Asked(self.session_id, self.case.event_id or "", intent)


@frozen
class SettleOrder:
    database: Database
    earlier_events: EarlierEvents
    clock: Clock
    sweep_interval: int  # milliseconds
    heard: bool  # somebody wants messages
    together: WriteTogether

    def settle(self, case: Case) -> Settlement:
        """Settle an order at once if the case is an everyday one, else in a transaction.

        Raises NotFound, DatabaseUnavailable.
        """
        settlement = self.database.write_at_once(lambda c: self._at_once(c, case))
        if settlement is None:
            return self.database.write(lambda c: self.settle_in(c, case))
        _log(settlement, case.source)
        return settlement

    def settle_unread(self, case: Case, loaded: Loaded) -> Settlement | None:
        """Settle an order by what is known of it, unless somebody settled it since.

        None, and nothing is written, if so, or if the case is not an everyday one, or changes
        nothing: then it takes `settle`, which reads. Raises DatabaseUnavailable.
        """
        settlement, writing = self._everyday(loaded, case)
        if settlement is None or writing is None or not writing.plain:
            return None
        if not self.together.write(writing):
            return None
        _log(settlement, case.source)
        return settlement

    def settle_in(self, connection: Transaction, case: Case) -> Settlement:
        """Settle an order in the caller's transaction. Raises NotFound."""
        loaded = load_ledger(connection, case.order_id)
        if loaded is None:
            raise NotFound
        return self._settle_held(connection, [(case, loaded, True)])[0]

    def settle_many(self, connection: Transaction, cases: Sequence[Case]) -> list[Settlement]:
        """Settle orders, each of them once, in the caller's transaction. Raises NotFound."""
        loaded = load_ledgers(connection, [case.order_id for case in cases])
        if len(loaded) < len(cases):
            raise NotFound
        unknown = [unknown_intents(loaded[c.order_id].ledger, c.facts) for c in cases]
        more = intents_with_more(connection, sorted(set().union(*unknown)))
        return self._settle_held(
            connection,
            [
                (case, loaded[case.order_id], bool(new & more))
                for case, new in zip(cases, unknown, strict=True)
            ],
        )

    def _settle_held(
        self, connection: Transaction, held: Sequence[tuple[Case, Loaded, bool]]
    ) -> list[Settlement]:
        """Settle orders that are locked; the flag says that others may know its new intents."""
        worked = [
            (case, *self._by_held(connection, case, loaded, with_more=with_more))
            for case, loaded, with_more in held
        ]
        stale = write_all(connection, [writing for *_, writing in worked if writing is not None])
        if stale is not None:
            raise StaleOrder(stale)
        for case, settlement, writing in worked:
            if writing is not None:
                _log(settlement, case.source)
            if settlement.begins_subscription:
                inbox.wake_waiting(connection, case.order_id, self.clock.now())
            if settlement.corrected and case.look is not None and case.look.planned:
                log.warning("order.corrected", extra={"order_id": case.order_id})
                bookmarks.count(connection, CORRECTED)
        return [settlement for _, settlement, _ in worked]

    def _by_held(
        self, connection: Transaction, case: Case, loaded: Loaded, *, with_more: bool
    ) -> tuple[Settlement, Writing | None]:
        now, earlier = self.clock.now(), list[Fact]()
        if with_more:
            unknown = unknown_intents(loaded.ledger, case.facts)
            loaded = loaded.without(intents_of_others(connection, case.order_id, unknown))
            earlier = self.earlier_events.claim(connection, loaded.ledger, case.facts, now=now)
        return self._work_out(loaded, case, [*case.facts, *earlier], now)

    def settle_events(self, told: Sequence[Told], *, version: str) -> list[bool]:
        """Settle the orders of sessions together by everyday events, receipts included.

        False for each event that is not an everyday one, or whose order somebody else settles or
        has settled meanwhile: then nothing was written for it. `version` is the API version that
        we read. All fail where one fails.
        """
        done = self.database.write_at_once(lambda c: self._events_at_once(c, told, version))
        for one, settled in zip(told, done, strict=True):
            if isinstance(settled, Settlement):
                _log(settled, one.case.source)
        return [settled is not False for settled in done]

    def _at_once(self, connection: Transaction, case: Case) -> Settlement | None:
        loaded = load_ledger(connection, case.order_id, lock=False)
        if loaded is None:
            raise NotFound
        settlement, writing = self._everyday(loaded, case)
        if writing is None or (settlement and _write_plain(connection, writing)):
            return settlement
        return None

    def _everyday(self, loaded: Loaded, case: Case) -> tuple[Settlement | None, Writing | None]:
        """Work out a case without a transaction; no settlement where it takes one."""
        if unknown_intents(loaded.ledger, case.facts):
            return None, None  # the inbox may have more to tell of it
        settlement, writing = self._work_out(loaded, case, case.facts, self.clock.now())
        if settlement.begins_subscription or settlement.corrected:
            return None, None
        return settlement, writing

    def _events_at_once(
        self, connection: Transaction, told: Sequence[Told], version: str
    ) -> list[Settlement | bool]:
        loaded = load_of_sessions(connection, [one.asked for one in told])
        worked = [
            self._by_event(order, one.case, version)
            for order, one in zip(loaded, told, strict=True)
        ]
        planned: dict[str, Writing] = {}
        for at, one in enumerate(worked):
            if not isinstance(one, bool):
                # Two events of one order are not written together: the other was not read yet.
                first = planned.setdefault(one[1].order_id, one[1])
                worked[at] = one if first is one[1] else False
        written = write_plain(connection, list(planned.values())) if planned else set()
        return [
            one if isinstance(one, bool) else one[1].order_id in written and one[0]
            for one in worked
        ]

    def _by_event(
        self, loaded: Loaded | None, case: Case, version: str
    ) -> tuple[Settlement, Writing] | bool:
        """Work out what an event changes; True if it is known, False if it is no everyday one."""
        if loaded is None or loaded.intent_has_more:
            return False
        if loaded.event_version is not None:
            return loaded.event_version == version
        settlement, writing = self._work_out(loaded, case, case.facts, self.clock.now())
        if writing is None or settlement.begins_subscription or not writing.plain:
            return False
        writing.intent_id = next(iter(unknown_intents(loaded.ledger, case.facts)), None)
        return settlement, writing

    def _work_out(
        self, loaded: Loaded, case: Case, facts: Sequence[Fact], now: int
    ) -> tuple[Settlement, Writing | None]:
        """Merge, derive and plan; there is nothing to write if nothing changed."""
        settlement = settle(
            loaded.ledger.seen_by(now), facts, new_attempt_id=ids.new_id("att"), change=case.change
        )
        look = plan_look(loaded, settlement, case.look, now=now, interval=self.sweep_interval)
        same_look = (look.due_at, look.tries) == (loaded.look_due_at, loaded.look_tries)
        idle = same_look and not look.requested and case.receipt is None and case.note is None
        if idle and not settlement.changed and not settlement.messages:
            return settlement, None
        cause = Cause(case.source, now, case.event_id, case.reason, case.note)
        writing = plan_writing(loaded, settlement, cause, look, heard=self.heard)
        if case.receipt is not None:
            writing.event = case.receipt | {"order_id": loaded.ledger.terms.order_id}
        return settlement, writing


def _write_plain(connection: Transaction, writing: Writing) -> bool:
    return writing.plain and write(connection, writing)


def _log(settlement: Settlement, source: str) -> None:
    if settlement.moved:
        log.info(
            "order.moved",
            extra={
                "order_id": settlement.after.terms.order_id,
                "before": settlement.before.status.value,
                "after": settlement.after.status.value,
                "source": source,
            },
        )
