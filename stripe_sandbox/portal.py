"""The customer portal: a way to it, for one customer."""

from __future__ import annotations

from . import portal_flows, portal_settings, shapes
from .errors import missing
from .forms import check_url, text
from .store import Json, new_id
from .world import Call


def create(call: Call) -> Json:
    """Open a session of the portal for a customer. Raises ApiError."""
    wanted = text(call.params, "customer")
    if wanted is None:
        raise missing("customer")
    customer = call.world.need(wanted, "customer", param="customer")
    name = new_id("bps")
    thing = call.store.put(
        {
            **shapes.nulls("customer_account", "on_behalf_of"),
            "id": name,
            "object": "billing_portal.session",
            "configuration": portal_settings.of_session(call)["id"],
            "created": call.store.now(),
            "customer": customer["id"],
            "flow": portal_flows.read(call, customer),
            "livemode": False,
            "locale": text(call.params, "locale"),
            "return_url": _back(call),
            "url": f"{call.base}/p/session/{name}",
        }
    )
    call.emit("billing_portal.session.created", thing)
    return thing


def _back(call: Call) -> str | None:
    given = text(call.params, "return_url")
    return given and check_url(given, "return_url")
