"""Event destinations: where thin events are sent, each naming the object that changed, no more.

The v2 API speaks JSON. Only what a webhook for thin events needs is modelled.
"""

from __future__ import annotations

from flask import Blueprint, request

from .bodies import whole
from .errors import ApiError, invalid, no_such
from .forms import check_url
from .gate import check_headers, check_key, key_of
from .here import world
from .store import Json, new_id, shown
from .thin import KIND
from .times import as_text

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
    if body.get("type") != "webhook_endpoint" or body.get("event_payload") != "thin":
        raise invalid("event_payload", "Only webhook endpoints for thin events are modelled")
    wanted, hook = body.get("enabled_events"), body.get("webhook_endpoint")
    if not isinstance(wanted, list) or not all(isinstance(kind, str) for kind in wanted):
        raise invalid("enabled_events", "Invalid array")
    if not isinstance(hook, dict) or not isinstance(hook.get("url"), str):
        raise invalid("webhook_endpoint", "Invalid object")
    store = world().store
    now = as_text(store.now())
    made: Json = {
        "id": new_id("ed_test"),
        "object": KIND,
        "created": now,
        "description": str(body.get("description", "")),
        "enabled_events": wanted,
        "event_payload": "thin",
        "events_from": ["@self"],
        "livemode": False,
        "metadata": body.get("metadata") or {},
        "name": str(body.get("name", "")),
        "snapshot_api_version": None,
        "status": "enabled",
        "status_details": None,
        "type": "webhook_endpoint",
        "updated": now,
        "_url": check_url(hook["url"], "url"),
        "_secret": new_id("whsec", 32),
    }
    return _shown(store.put(made), body.get("include"), secret=made["_secret"])


@bp.get("")
def page() -> Json:
    """List the destinations; the sandbox has no second page."""
    found = [_shown(thing, _asked()) for thing in world().store.newest(KIND)]
    return {"data": found, "next_page_url": None, "previous_page_url": None}


@bp.get("/<name>")
def show(name: str) -> Json:
    return _shown(_of(name), _asked())


@bp.post("/<name>")
def update(name: str) -> Json:
    """Change what a destination is called, what it wants, and where it is."""
    body, thing = whole(), _of(name)
    names = ("description", "enabled_events", "name")
    said: Json = {key: body[key] for key in names if key in body}
    noted = thing["metadata"] | (body.get("metadata") or {})
    said["metadata"] = {key: value for key, value in noted.items() if value is not None}
    if "webhook_endpoint" in body:
        said["_url"] = check_url((body["webhook_endpoint"] or {}).get("url"), "url")
    return _changed(thing, said, body.get("include"))


@bp.post("/<name>/<any(enable, disable):way>")
def switch(name: str, way: str) -> Json:
    """Let a destination have events, or none."""
    return _changed(_of(name), {"status": f"{way}d"}, None)


@bp.delete("/<name>")
def delete(name: str) -> Json:
    world().store.drop(_of(name)["id"])
    return {"id": name, "object": KIND, "deleted": True}


def _of(name: str) -> Json:
    found = world().store.get(name, KIND)
    if found is None:
        raise no_such("event destination", name)
    return found


def _changed(thing: Json, said: Json, include: object) -> Json:
    store = world().store
    return _shown(store.put(thing | said | {"updated": as_text(store.now())}), include)


def _asked() -> list[str]:
    return [value for name, value in request.args.items() if name.startswith("include")]


def _shown(thing: Json, include: object, *, secret: str | None = None) -> Json:
    """Show a destination, with those fields of its endpoint that were asked for by name."""
    asked = include if isinstance(include, list) else []
    may_be_shown = {"url": thing["_url"], "signing_secret": secret}
    hook = {name: may for name, may in may_be_shown.items() if f"webhook_endpoint.{name}" in asked}
    return shown(thing) | {"webhook_endpoint": hook or None}
