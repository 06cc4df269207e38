"""Event destinations: where thin events are sent, each naming the object that changed, no more.

The v2 API speaks JSON. Only what a webhook for thin events needs is modelled.
"""

from __future__ import annotations

from flask import Blueprint, request

from . import v2
from .bodies import whole
from .errors import ApiError, invalid, no_such, unknown
from .forms import check_url, metadata
from .gate import check_headers, check_key, key_of
from .here import world
from .store import Json, new_id, shown
from .thin import KIND
from .times import as_text
from .unmodelled import not_modelled

_SHOWN = ("webhook_endpoint.signing_secret", "webhook_endpoint.url")
_UPDATED = ("description", "enabled_events", "include", "metadata", "name", "webhook_endpoint")
_CREATED = (*_UPDATED, "event_payload", "events_from", "snapshot_api_version", "type")
bp = Blueprint("destinations", __name__, url_prefix="/v2/core/event_destinations")


@bp.before_request
def _guard() -> None:
    key = key_of(request)
    check_key(key)
    check_headers(request, key)
    if not key.startswith("sk_"):
        raise ApiError("This key may not manage event destinations.", status=403)


@bp.post("")
def create() -> Json:
    """Make a destination; its secret is shown this once, to those who ask for it by `include`."""
    body = whole()
    v2.check(body, _CREATED, ("amazon_eventbridge", "azure_event_grid"))
    if v2.a_text(body, "type") != "webhook_endpoint" or v2.a_text(body, "event_payload") != "thin":
        raise invalid("event_payload", "Only webhook endpoints for thin events are modelled")
    if "snapshot_api_version" in body:
        raise invalid("snapshot_api_version", "Thin events have no snapshot_api_version.")
    if body.get("events_from", ["@self"]) != ["@self"]:
        raise not_modelled("events_from")
    wanted, include = v2.kinds(body), _included(body, *_SHOWN)
    store = world().store
    now = as_text(store.now())
    made: Json = {
        "id": new_id("ed_test"),
        "object": KIND,
        "created": now,
        "description": v2.a_text({"description": "", **body}, "description", empty=True),
        "enabled_events": wanted,
        "event_payload": "thin",
        "events_from": ["@self"],
        "livemode": False,
        "metadata": _noted(body, {}),
        "name": v2.a_text(body, "name"),
        "snapshot_api_version": None,
        "status": "enabled",
        "status_details": None,
        "type": "webhook_endpoint",
        "updated": now,
        "_url": _url(body),
        "_secret": new_id("whsec", 32),
    }
    return _shown(store.put(made), include, secret=made["_secret"])


@bp.get("")
def page() -> Json:
    """List the destinations."""
    query = v2.asked("include", "limit", "page")
    include = _included(query, *_SHOWN)
    return v2.page([_shown(thing, include) for thing in world().store.newest(KIND)], query)


@bp.get("/<name>")
def show(name: str) -> Json:
    return _shown(_of(name), _included(v2.asked("include"), *_SHOWN))


@bp.post("/<name>")
def update(name: str) -> Json:
    """Change what a destination is called, what it wants, and where it is."""
    body, thing = whole(), _of(name)
    v2.check(body, _UPDATED)
    said: Json = {"metadata": _noted(body, thing["metadata"])}
    for key in ("description", "name"):
        if key in body:
            said[key] = v2.a_text(body, key, empty=key == "description")
    if "enabled_events" in body:
        said["enabled_events"] = v2.kinds(body)
    if "webhook_endpoint" in body:
        said["_url"] = _url(body)
    return _changed(thing, said, _included(body, "webhook_endpoint.url"))


@bp.post("/<name>/<any(enable, disable):way>")
def switch(name: str, way: str) -> Json:
    """Let a destination have events, or none."""
    return _changed(_of(name), {"status": f"{way}d"}, [])


@bp.delete("/<name>")
def delete(name: str) -> Json:
    world().store.drop(_of(name)["id"])
    return {"id": name, "object": KIND, "deleted": True}


def _of(name: str) -> Json:
    found = world().store.get(name, KIND)
    if found is None:
        raise no_such("event destination", name)
    return found


def _changed(thing: Json, said: Json, include: list[str]) -> Json:
    store = world().store
    return _shown(store.put(thing | said | {"updated": as_text(store.now())}), include)


def _included(given: Json, *known: str) -> list[str]:
    """Read which fields are to be shown. Raises ApiError."""
    for name in v2.texts(given, "include"):
        if name not in known:
            raise invalid("include", f"Unknown field: {name}")
    return v2.texts(given, "include")


def _noted(body: Json, before: Json) -> Json:
    """Merge metadata: null takes a key away. Raises ApiError."""
    given = body.get("metadata", {})
    if not isinstance(given, dict):
        raise invalid("metadata", "Invalid object")
    said = {key: "" if value is None else value for key, value in given.items()}
    return metadata({"metadata": said}, before)


def _url(body: Json) -> str:
    """Read where a destination is. Raises ApiError."""
    hook = body.get("webhook_endpoint")
    if not isinstance(hook, dict):
        raise invalid("webhook_endpoint", "Invalid object")
    for name in hook:
        if name != "url":
            raise unknown(f"webhook_endpoint.{name}")
    return check_url(hook.get("url"), "webhook_endpoint.url")


def _shown(thing: Json, asked: list[str], *, secret: str | None = None) -> Json:
    """Show a destination, with those fields of its endpoint that were asked for by name."""
    may_be_shown = {"url": thing["_url"], "signing_secret": secret}
    hook = {name: may for name, may in may_be_shown.items() if f"webhook_endpoint.{name}" in asked}
    return shown(thing) | {"webhook_endpoint": hook or None}
