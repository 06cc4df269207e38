"""For load balancers and monitors: is the process alive, can it work, how is it doing."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Flask, Response
from werkzeug.exceptions import NotFound

from checkout_service.server import URGENT
from checkout_service.settings import Settings
from checkout_service.web.api.serialiser import tell
from checkout_service.web.context import settings, use_cases
from checkout_service.web.http.callers import bears_one_of, unauthorized
from checkout_service.web.http.problems import Problem, answer

bp = APIBlueprint("health", __name__, enable_openapi=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Have the two that a host decides by answered while all others wait for the database."""
    mounts = {"", settings.mount}  # a proxy in front may strip it
    app.extensions[URGENT] = [f"{at}{path}" for at in mounts for path in ("/healthz", "/readyz")]


@bp.get("/healthz")
def alive() -> Response:
    """Touch nothing: a slow database must not get this process killed."""
    return tell({"status": "alive"})


@bp.get("/readyz")
def ready() -> Response:
    missing = use_cases().check_readiness.check()
    if not missing:
        return tell({"status": "ready"})
    wait = {"Retry-After": "2"}
    problem = Problem(503, "not_ready", f"Not ready: {', '.join(missing)}.", headers=wait)
    return answer(problem)


@bp.get("/metrics")
def metrics() -> Response:
    """Give Prometheus the counters of all processes together."""
    token = settings().metrics_token
    if token is None:
        raise NotFound
    if not bears_one_of((token,)):
        raise unauthorized("Send the token: Authorization: Bearer ...")
    from .metrics import exposition  # noqa: PLC0415 - its first import decides where counters live

    body, content_type = exposition()
    return Response(body, content_type=content_type)
