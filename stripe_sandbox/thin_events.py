"""Thin events over the v2 API: one by its id, or all that are about an object."""

from __future__ import annotations

from flask import Blueprint, request

from . import v2
from .errors import ApiError, missing, no_such
from .gate import check_headers, check_key, key_of
from .here import world
from .store import Json
from .thin import thin_event

bp = Blueprint("thin_events", __name__, url_prefix="/v2/core/events")


@bp.before_request
def _guard() -> None:
    key = key_of(request)
    check_key(key)
    check_headers(request, key)
    if not key.startswith("sk_"):
        raise ApiError("This key may not read events.", status=403)


@bp.get("/<name>")
def show(name: str) -> Json:
    found = world().store.get(f"evt_{name.removeprefix('evt_test_')}", "event")
    if found is None:
        raise no_such("event", name)
    return thin_event(found)


@bp.get("")
def page() -> Json:
    """List what happened to an object, newest first."""
    query = v2.asked("limit", "object_id", "page")
    wanted = query.get("object_id")
    if wanted is None:
        raise missing("object_id")
    found = [
        thin_event(event)
        for event in world().store.newest("event")
        if event["data"]["object"].get("id") == wanted
    ]
    return v2.page(found, query)
