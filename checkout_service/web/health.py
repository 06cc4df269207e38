"""For load balancers and monitors: is the process alive, can it work, how is it doing."""

from __future__ import annotations

import hmac

from apiflask import APIBlueprint
from flask import Response, request
from werkzeug.exceptions import NotFound, Unauthorized

from .answers import tell
from .context import settings, use_cases
from .problems import Problem, answer

bp = APIBlueprint("health", __name__, enable_openapi=False)


@bp.get("/healthz")
def alive() -> Response:
    """Touch nothing: a slow database must not get this process killed."""
    return tell({"status": "alive"})


@bp.get("/readyz")
def ready() -> Response:
    missing = use_cases().check_readiness()
    if not missing:
        return tell({"status": "ready"})
    problem = Problem(503, "not_ready", f"Not ready: {', '.join(missing)}.")
    return answer(problem)


@bp.get("/metrics")
def metrics() -> Response:
    """Give Prometheus the counters of all processes together."""
    token = settings().metrics_token
    if token is None:
        raise NotFound
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode("latin-1", "replace"), token.encode()):
        raise Unauthorized("Send the token: Authorization: Bearer ...")
    from .metrics import exposition  # noqa: PLC0415 - its first import decides where counters live

    body, content_type = exposition()
    return Response(body, content_type=content_type)
