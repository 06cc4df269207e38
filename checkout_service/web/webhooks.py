"""Stripe's door: raw bytes in, and an answer only when they are durable. It never calls Stripe."""

from __future__ import annotations

from typing import cast

from apiflask import APIBlueprint
from flask import Response, current_app, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from checkout_service.use_cases.settle.receive_event import ReceiveEvent

from .configured import USE_CASES, settings
from .http.answers import JsonAnswer

MAX_BYTES = 1024 * 1024

bp = APIBlueprint("webhooks", __name__, url_prefix="/webhooks", enable_openapi=False)


@bp.post("/stripe")
def stripe() -> Response:
    """Take an event in: 200 for whatever is recorded, known before, or not ours."""
    if settings().pull_mode:
        raise NotFound
    # The signature covers these very bytes: nothing parses them first. One byte more than allowed
    # is read, because a chunked body beyond the limit is cut there without a word.
    request.max_content_length = MAX_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BYTES:
        raise RequestEntityTooLarge
    _receive_event().receive(body, request.headers.get("Stripe-Signature"))
    return JsonAnswer(b'{"received":true}')


def _receive_event() -> ReceiveEvent:
    """Return the one use case behind this door; it needs to know of no other."""
    return cast("ReceiveEvent", current_app.extensions[USE_CASES].receive_event)
