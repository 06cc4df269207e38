"""Stripe's door: raw bytes in, and an answer only when they are durable. It never calls Stripe.

It stands in front of the framework, whose own round costs as much as settling the order does.
Whatever goes wrong there is told by the framework like any other failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from wsgiref.types import StartResponse, WSGIEnvironment

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from checkout_service.settings import Settings
from checkout_service.use_cases import UseCases

from .context import USE_CASES, settings

MAX_BYTES = 1024 * 1024
PATH = "/webhooks/stripe"
_FAILURE = "checkout_service.webhook_failure"
_RECEIVED = b'{"received":true}'
_HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(_RECEIVED)))]

bp = APIBlueprint("webhooks", __name__, enable_openapi=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Put the door in front, unless metrics count what passes through the framework."""
    if settings.pull_mode or settings.metrics_token is not None:
        return
    inside = app.wsgi_app

    def door(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH or environ["REQUEST_METHOD"] != "POST":
            return inside(environ, start_response)
        try:
            _take(app, environ)
        except Exception as failure:  # noqa: BLE001 - raised again inside, where errors are told
            environ[_FAILURE] = failure
            return inside(environ, start_response)
        start_response("200 OK", list(_HEADERS))
        return (_RECEIVED,)

    app.wsgi_app = door  # type: ignore[method-assign]


@bp.post(PATH)
def stripe() -> Response:
    """Take an event in: 200 for whatever is recorded, known before, or not ours."""
    if settings().pull_mode:
        raise NotFound
    failure = request.environ.get(_FAILURE)
    if failure is not None:
        raise failure
    _take(current_app, request.environ)
    return Response(_RECEIVED, mimetype="application/json")


def _take(app: Flask, environ: WSGIEnvironment) -> None:
    # The signature covers these very bytes: nothing parses them first. One byte more than allowed
    # is read, because a chunked body beyond the limit is cut there without a word.
    body = get_input_stream(environ, max_content_length=MAX_BYTES + 1).read()
    if len(body) > MAX_BYTES:
        raise RequestEntityTooLarge
    use_cases = cast("UseCases", app.extensions[USE_CASES])
    use_cases.receive_event(body, environ.get("HTTP_STRIPE_SIGNATURE"))
