"""The events Stripe keeps for 30 days, oldest first: what a lost webhook would have told.

Usually one page tells all. A long backlog is walked forward from the last event before it, so
memory stays bounded however long we were away.
https://docs.stripe.com/webhooks/process-undelivered-events
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from checkout_service.domain.clock import SECOND
from checkout_service.domain.facts.snapshots import IncomingEvent

from . import routes
from .calls import Calls, Page, reading
from .event_kinds import LISTED
from .event_shape import event_of
from .fields import Json, Malformed
from .params import Params

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StripeEvents:
    calls: Calls

    def since(self, created_from: int, *, undelivered: bool) -> Iterator[IncomingEvent]:
        """List events from a time on (milliseconds UTC), oldest first."""
        second = created_from // SECOND
        params: Params = {"created": {"gte": second}, "types": list(LISTED)}
        if undelivered:
            params["delivery_success"] = False
        newest = self.calls.page(routes.LIST_EVENTS, params)
        if not newest.more:
            yield from _oldest_first(newest)
            return
        before = self.calls.page(routes.LIST_EVENTS, {"created": {"lt": second}, "limit": 1})
        if before.items:
            yield from self._forward(params, before.first)
        else:
            yield from self._backward(params, newest)

    def _forward(self, params: Params, anchor: str) -> Iterator[IncomingEvent]:
        while True:
            page = self.calls.page(routes.LIST_EVENTS, {**params, "ending_before": anchor})
            yield from _oldest_first(page)
            if not page.more:
                return
            with reading():
                anchor = page.first

    def _backward(self, params: Params, newest: Page) -> Iterator[IncomingEvent]:
        """Collect a young account's whole history; there is nothing before it to start from."""
        with reading():
            older = {**params, "starting_after": newest.last}
        pages = [newest, *self.calls.pages(routes.LIST_EVENTS, older)]
        for page in reversed(pages):
            yield from _oldest_first(page)


def _oldest_first(page: Page) -> Iterator[IncomingEvent]:
    for item in reversed(page.items):
        event = _event(item)
        if event is not None:
            yield event


def _event(item: Json) -> IncomingEvent | None:
    """Translate one event; one we cannot read must not keep us from those after it."""
    try:
        return event_of(item, json.dumps(item, separators=(",", ":")).encode("ascii"))
    except Malformed as error:
        log.warning("stripe.event_unreadable", extra={"field": str(error)})
        return None
