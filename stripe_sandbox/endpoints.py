"""Webhook endpoints: where events are sent. The secret is told once, when an endpoint is made."""

from __future__ import annotations

from . import catalog_shapes
from .errors import invalid
from .forms import boolean, check_url, metadata
from .store import Json, new_id, shown
from .world import Call


def create(call: Call) -> Json:
    """Make an endpoint; the answer alone shows its secret. Raises ApiError."""
    params = call.params
    thing = catalog_shapes.webhook_endpoint(
        call.store,
        url=check_url(params["url"], "url"),
        enabled_events=_wanted(params),
        api_version=params.get("api_version"),
        description=params.get("description"),
        metadata=metadata(params),
    )
    thing["_secret"] = new_id("whsec", 32)
    return shown(call.store.put(thing)) | {"secret": thing["_secret"]}


def update(call: Call, endpoint: Json) -> Json:
    params = call.params
    if "url" in params:
        endpoint["url"] = check_url(params["url"], "url")
    if "enabled_events" in params:
        endpoint["enabled_events"] = _wanted(params)
    if "description" in params:
        endpoint["description"] = params["description"] or None
    disabled = boolean(params, "disabled")
    if disabled is not None:
        endpoint["status"] = "disabled" if disabled else "enabled"
    endpoint["metadata"] = metadata(params, endpoint["metadata"])
    return call.store.put(endpoint)


def delete(call: Call, endpoint: Json) -> Json:
    call.store.drop(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _wanted(params: Json) -> list[str]:
    kinds = params["enabled_events"]
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise invalid("enabled_events", "Invalid array")
    return kinds
