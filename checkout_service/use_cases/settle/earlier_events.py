"""Events that came before anybody knew their payment to be one of ours.

They are judged together with the facts that name the payment: money seen going before the order
was given must hold it.
"""

from __future__ import annotations

from collections.abc import Iterable

from checkout_service.domain.facts.fact import Fact, fact_of_event
from checkout_service.domain.facts.snapshots import Billing, IntentView, SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.ports.events import EventReader
from checkout_service.storage import inbox
from checkout_service.storage.database import Transaction


@frozen
class EarlierEvents:
    event_reader: EventReader

    def claim(
        self, connection: Transaction, ledger: Ledger, facts: Iterable[Fact], *, now: int
    ) -> list[Fact]:
        """Take the refunds and disputes of payments that these facts name first."""
        found: list[Fact] = []
        for intent_id in sorted(unknown_intents(ledger, facts) - ledger.taken):
            for event_id, body in inbox.unclaimed_by_intent(connection, intent_id):
                event = self.event_reader.read(body)
                if event.subject is not None and not isinstance(event.subject, Billing):
                    found.append(fact_of_event(event, event.subject, now=now, signed=False))
                inbox.mark(
                    connection,
                    event_id,
                    state="applied",
                    now=now,
                    order_id=ledger.terms.order_id,
                )
        return found


def unknown_intents(ledger: Ledger | None, facts: Iterable[Fact]) -> set[str]:
    """Name the intents of these facts that the order does not know yet."""
    known = {attempt.intent_id for attempt in ledger.attempts} if ledger else set()
    named = (_intent_named(fact) for fact in facts)
    return {name for name in named if name is not None and name not in known}


def _intent_named(fact: Fact) -> str | None:
    subject = fact.subject
    if isinstance(subject, SessionView):
        return subject.intent_id
    return subject.id if isinstance(subject, IntentView) else None
