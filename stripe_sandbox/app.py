"""Build the sandbox as one WSGI application."""

from __future__ import annotations

import threading
import time

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from .controls import controls, tick
from .delivery import Delivery
from .errors import ApiError
from .events import Events
from .faults import Faults
from .gate import Gate, Reset, cut
from .pages import pages
from .store import Store
from .world import Call, World

_TICK_SECONDS = 0.5
_MOST_BYTES = 2 * 1024 * 1024


def create_sandbox(
    *,
    database: str | None = None,
    webhook: str | None = None,
    webhook_secret: str | None = None,
    base: str = "",
    ticking: bool = True,
) -> Flask:
    """Build a sandbox of its own; `base` is where buyers reach its pages, "" asks each request."""
    store = Store(database)
    faults = Faults(store)
    delivery = Delivery(store, faults, webhook, webhook_secret)
    world = World(store, faults, delivery, Events(store, delivery), base)
    gate = Gate(world)
    app = Flask(__name__)
    app.config["BASE"] = base
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    app.config["MAX_FORM_PARTS"] = 10_000
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["world"] = world
    app.register_blueprint(controls(app, world, gate))
    app.register_blueprint(pages(app, world))

    @app.route("/v1/<path:path>", methods=["GET", "POST", "DELETE"])
    def api(path: str) -> Response:
        base = app.config["BASE"] or request.url_root.rstrip("/")
        try:
            answer = gate.answer(request, base)
        except Reset:
            cut(request.environ)
            return Response(status=500)
        if request.headers.get("Origin"):
            _allow_browsers(answer)
        return answer

    @app.route("/v1/<path:path>", methods=["OPTIONS"])
    def preflight(path: str) -> Response:
        return _allow_browsers(Response(status=204))

    @app.errorhandler(ApiError)
    def refused(error: ApiError) -> tuple[object, int]:
        return jsonify(error.body), error.status

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> tuple[object, int]:
        message = error.description or error.name
        return jsonify(
            error={"type": "invalid_request_error", "message": message}
        ), error.code or 500

    if ticking:
        threading.Thread(target=_run_clock, args=(app, world), daemon=True, name="clock").start()
    return app


def _allow_browsers(answer: Response) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Headers"] = "authorization, content-type, stripe-version"
    answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
    return answer


def _run_clock(app: Flask, world: World) -> None:
    call = Call(world, {}, "sk", {"id": None, "idempotency_key": None}, world.base)
    while True:
        time.sleep(_TICK_SECONDS)
        try:
            tick(world, call)
        except ApiError as error:
            app.logger.warning("clock: %s", error)
