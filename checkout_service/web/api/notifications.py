"""Notifications for a backend that asks: every message in order, and one sent once more."""

from __future__ import annotations

import json
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.errors import NotFound
from checkout_service.domain.views.events import FedMessage
from checkout_service.web.context import use_cases
from checkout_service.web.http.strict_json import refuse_body

from .idempotency import idempotent
from .orders import for_merchants
from .queries import ReadNotifications
from .responses import Notifications, Redelivery
from .serialiser import tell

bp = APIBlueprint(
    "notifications", __name__, url_prefix="/api/v1/notifications", tag="Notifications"
)


@bp.get("")
@for_merchants
@bp.doc(security="apiKey")
@bp.input(ReadNotifications, location="query", arg_name="query")
@bp.output(Notifications)
def list_notifications(query: ReadNotifications) -> Response:
    """List every message, oldest first; keep `next_cursor`, and give it as `after` next time."""
    page = use_cases().read_feed.page(after=query.after, limit=query.limit)
    data = [_shown(message) for message in page.messages]
    return tell({"data": data, "next_cursor": page.next_cursor})


@bp.post("/<message_id>/redeliver")
@for_merchants
@idempotent
@bp.doc(security="apiKey")
@bp.output(Redelivery, status_code=202)
def redeliver_notification(message_id: str) -> Response:
    """Send a message to `NOTIFY_URL` once more, under its own id, whatever became of it."""
    refuse_body()
    if "\0" in message_id or not use_cases().deliver_outbox.replay(message_id):
        raise NotFound
    return tell({"id": message_id, "state": "due"}, 202)


def _shown(message: FedMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "type": message.kind,
        "created_at": rfc3339(message.created_at),
        "state": message.state,
        "body": json.loads(message.body),
    }
