"""The API over HTTP: every call goes through the gate; browsers may call from any origin."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from . import here
from .gate import Gate, Reset
from .wire import cut

bp = Blueprint("api", __name__)


_METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]  # the last two get Stripe's words


# Flask's own answer to OPTIONS would come before ours, and browsers would be kept out.
@bp.route("/v1/<path:_path>", methods=_METHODS, provide_automatic_options=False)
def answer(_path: str) -> Response:
    gate: Gate = current_app.extensions["gate"]
    try:
        given = gate.answer(request, here.base())
    except Reset:
        cut(request.environ)
        return Response(status=500)
    return _allow_browsers(given) if request.headers.get("Origin") else given


@bp.route("/v1/<path:_path>", methods=["OPTIONS"])
def preflight(_path: str) -> Response:
    return _allow_browsers(Response(status=204))


def _allow_browsers(given: Response) -> Response:
    given.headers["Access-Control-Allow-Origin"] = "*"
    given.headers["Access-Control-Allow-Headers"] = (
        "authorization, content-type, idempotency-key, stripe-version"
    )
    given.headers["Access-Control-Allow-Methods"] = "GET, POST"
    given.headers["Access-Control-Expose-Headers"] = "Request-Id"
    return given
