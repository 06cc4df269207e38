"""Stripe's door: raw bytes in, and an answer only when they are durable. It never calls Stripe."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from .context import settings, use_cases

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
    use_cases().receive_event.receive(body, request.headers.get("Stripe-Signature"))
    return Response(b'{"received":true}', mimetype="application/json")
