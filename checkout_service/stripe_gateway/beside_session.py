"""What a complete session does not show by itself: the lines a buyer chose, a method it saved."""

from __future__ import annotations

import logging
from typing import Any

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.facts.buyer import PaymentMethod

from . import routes
from .calls import PAGE, Calls, reading
from .fields import Json, Malformed, flag, identifier, maybe_object, reference
from .translate import CHOICE_KEY
from .translate_buyer import method_of

log = logging.getLogger(__name__)


def hides_more(session: Json) -> bool:
    """True if a session that is complete has more to tell than it shows."""
    with reading():
        chosen = CHOICE_KEY in maybe_object(session.get("metadata"), "metadata")
    return session.get("status") == "complete" and (chosen or session.get("mode") == "setup")


def with_what_was_chosen(calls: Calls, session: Json, *, urgent: bool) -> Json:
    """Return a session with its lines, if it is complete and its buyer had a choice."""
    if session.get("mode") == "setup" or not hides_more(session):
        return session
    with reading():
        name = identifier(session, "id")
    lines: list[Any] = []
    more: dict[str, str] = {}
    while True:
        page, _ = calls.get_at(
            routes.LIST_SESSION_LINES, {"limit": PAGE, **more}, of=name, urgent=urgent
        )
        with reading():
            lines += _objects(page)
            if not flag(page, "has_more"):
                return {**session, "line_items": {**page, "data": lines}}
            more = {"starting_after": identifier(lines[-1], "id")}


def _objects(page: Json) -> list[Any]:
    items = page.get("data")
    if not isinstance(items, list):
        raise Malformed("data")
    return items


def saved_method(calls: Calls, session: Json, *, urgent: bool) -> PaymentMethod | None:
    """Read the way to pay that a session saved; None where our key may not."""
    with reading():
        setup = reference(session, "setup_intent")
    if setup is None:
        return None
    params = {"expand": ["payment_method"]}
    try:
        data = calls.get(routes.LOOK_AT_SETUP, params, of=setup, urgent=urgent)
    except StripeRejected as refusal:
        if not refusal.permission:
            raise
        log.warning("stripe.permission_missing", extra={"call": str(routes.LOOK_AT_SETUP)})
        return None
    with reading():
        return method_of(data.get("payment_method"))
