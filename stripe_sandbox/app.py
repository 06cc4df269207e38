"""Build the sandbox as one WSGI application."""

from __future__ import annotations

import logging
import threading
from http import HTTPStatus
from time import sleep

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from . import (
    api,
    controls,
    destinations,
    embedded,
    pages,
    papers,
    portal_page,
    stripe_js,
    thin_events,
    v2,
)
from .by_hand import ByHand
from .clock import tick
from .delivery import Delivery
from .errors import ApiError, unrecognized
from .events import Events
from .faults import Faults
from .gate import Gate
from .server import MOST_BYTES
from .store import Store
from .times import Time
from .wire import Cuttable
from .world import Call, World

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.5


def create_sandbox(
    *,
    database: str | None = None,
    webhook: str | None = None,
    webhook_secret: str | None = None,
    base: str = "",
    ticking: bool = True,
    time: Time | None = None,
) -> Flask:
    """Build a sandbox of its own; `base` is where buyers reach its pages, "" asks each request.

    One that is given its `time` has no threads: whoever gives it ticks, and takes the events.
    """
    store = Store(database, time)
    faults = Faults(store)
    delivery = ByHand(store, faults) if time else Delivery(store, faults, webhook, webhook_secret)
    delivery.start()
    world = World(store, faults, delivery, Events(store, delivery), base)
    gate = Gate(world)
    app = Flask(__name__)
    app.url_map.merge_slashes = False  # an empty part of a path is no part
    app.wsgi_app = Cuttable(app.wsgi_app)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_PARTS"] = 10_000
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["world"] = world
    app.extensions["gate"] = gate
    app.register_blueprint(controls.bp)
    app.register_blueprint(destinations.bp)
    app.register_blueprint(embedded.bp)
    app.register_blueprint(pages.bp)
    app.register_blueprint(papers.bp)
    app.register_blueprint(portal_page.bp)
    app.register_blueprint(stripe_js.bp)
    app.register_blueprint(thin_events.bp)
    app.register_blueprint(v2.bp)

    app.register_blueprint(api.bp)
    app.register_error_handler(ApiError, _refused)
    app.register_error_handler(HTTPException, _other)
    if ticking and time is None:
        threading.Thread(target=_run_clock, args=(world,), daemon=True, name="clock").start()
    return app


def _refused(error: ApiError) -> tuple[Response, int]:
    return jsonify(error.body), error.status


def _other(error: HTTPException) -> tuple[Response, int]:
    if error.code == HTTPStatus.NOT_FOUND and request.path.startswith(("/v1", "/v2")):
        return _refused(unrecognized(request.method, request.path))
    message = error.description or error.name
    body = {"type": "invalid_request_error", "message": message}
    return jsonify(error=body), error.code or 500


def _run_clock(world: World) -> None:
    call = Call(world, {}, "sk", {"id": None, "idempotency_key": None}, world.base)
    while True:
        sleep(_TICK_SECONDS)
        try:
            tick(call)
        except ApiError as error:
            _LOG.warning("clock: %s", error)
        except Exception:  # noqa: BLE001 - what broke is taken back, and the clock goes on
            _LOG.exception("clock")
