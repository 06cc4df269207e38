"""Find at Stripe what a draft has opened whose answer was lost, by our id in its metadata."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from checkout_service.domain.clock import DAY
from checkout_service.domain.facts.fact import Fact, facts_of_look
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.ports.intents import Intents
from checkout_service.domain.ports.sessions import Sessions
from checkout_service.domain.status import AttemptKind
from checkout_service.storage.records import AttemptRecord

MOST, MOST_AT_LAST = 500, 5_000


def find_opened(
    sessions: Sessions, intents: Intents, draft: AttemptRecord, *, most: int = MOST
) -> Fact | None:
    """Look through so many of those opened in the days around the draft, newest first.

    Raises GatewayError.
    """
    since, until = draft.created_at - DAY, draft.created_at + DAY
    listing: Iterator[Snapshot] = (
        intents.find(created_from=since, created_to=until)
        if draft.kind is AttemptKind.INTENT
        else sessions.find(created_from=since, created_to=until)
    )
    for snapshot in islice(listing, most):
        view = snapshot.session or snapshot.intent
        if view is not None and view.attempt_id == draft.id:
            return facts_of_look(snapshot)[0]
    return None
