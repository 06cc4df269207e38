"""Notifications to the merchant's backend: how each one's delivery goes, and what it says."""

from __future__ import annotations

from flask import render_template

from checkout_service.web.context import use_cases

from .blueprint import bp, chosen, place_in_list
from .events import readable

_A_PAGE = 50
_STATES = ("due", "delivered", "dead", "kept")


@bp.get("/messages")
def messages() -> str:
    state = chosen("state", _STATES)
    page = use_cases().read_messages.page(state=state, limit=_A_PAGE, cursor=place_in_list())
    return render_template(
        "admin/messages.html",
        page=page,
        state=state,
        states=_STATES,
        receiver=use_cases().deliver_outbox.status(),
        receivers=use_cases().deliver_outbox.standings(),
    )


@bp.get("/messages/<message_id>")
def message(message_id: str) -> str:
    found = use_cases().read_messages.detail(message_id.replace("\0", ""))
    return render_template(
        "admin/message.html",
        message=found.message,
        body=readable(found.body),
        deliveries=use_cases().deliver_outbox.named(found.deliveries),
    )
