"""Stripe's door: raw bytes in, and an answer only when they are durable. It never calls Stripe."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, request
from werkzeug.exceptions import NotFound

from .context import settings, use_cases

MAX_BYTES = 1024 * 1024

bp = APIBlueprint("webhooks", __name__, url_prefix="/webhooks", enable_openapi=False)


@bp.post("/stripe")
def stripe() -> Response:
    """Take an event in: 200 for whatever is recorded, known before, or not ours."""
    if settings().pull_mode:
        raise NotFound
    # The signature covers these very bytes: nothing parses them first.
    request.max_content_length = MAX_BYTES
    body = request.get_data(cache=False)
    use_cases().receive_event(body, request.headers.get("Stripe-Signature"))
    return Response(b'{"received":true}', mimetype="application/json")
