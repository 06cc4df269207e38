"""The events Stripe keeps for 30 days: what a lost webhook would have told.

Usually one page tells all.
https://docs.stripe.com/webhooks/process-undelivered-events
"""

from __future__ import annotations

import json
import logging

from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.events import EventPage

from . import routes
from .calls import Calls, reading
from .event_kinds import LISTED
from .event_shape import event_of
from .fields import Json, Malformed
from .params import Params, created_between

log = logging.getLogger(__name__)


@frozen
class StripeEvents:
    calls: Calls

    def page(
        self,
        created_from: int,
        created_to: int | None = None,
        *,
        undelivered: bool,
        before: str | None = None,
    ) -> EventPage:
        """List the newest events of a window (milliseconds UTC), or those before that page."""
        params: Params = {**created_between(created_from, created_to), "types": list(LISTED)}
        if undelivered:
            params["delivery_success"] = False
        if before is not None:
            params["starting_after"] = before  # as Stripe lists them: newest first
        page = self.calls.page(routes.LIST_EVENTS, params)
        events = [event for item in reversed(page.items) if (event := _event(item)) is not None]
        with reading():
            return EventPage(events, page.last if page.more else None)


def _event(item: Json) -> IncomingEvent | None:
    """Translate one event; one we cannot read must not keep us from those after it."""
    try:
        return event_of(item, json.dumps(item, separators=(",", ":")).encode("ascii"))
    except Malformed as error:
        log.warning("stripe.event_unreadable", extra={"field": str(error)})
        return None
