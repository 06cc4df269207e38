"""Stripe's events: what came, what became of it, and the body as it came."""

from __future__ import annotations

import json
from contextlib import suppress

from flask import render_template

from checkout_service.web.context import use_cases

from .blueprint import bp, chosen, place_in_list

_A_PAGE = 50
_STATES = ("applied", "ignored", "waiting", "failed", "quarantined")


@bp.get("/events")
def events() -> str:
    state = chosen("state", _STATES)
    page = use_cases().read_events.page(state=state, limit=_A_PAGE, cursor=place_in_list())
    return render_template("admin/events.html", page=page, state=state, states=_STATES)


@bp.get("/events/<event_id>")
def event(event_id: str) -> str:
    found = use_cases().read_events.detail(event_id.replace("\0", ""))
    return render_template("admin/event.html", event=found.event, body=readable(found.body))


def readable(body: bytes | str) -> str:
    """Set JSON in lines; whatever else it is stays as it is, but for what is no character."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()
