"""Tax IDs of customers: told over the API or on a page, looked up by the clock, taken away."""

from __future__ import annotations

from . import lists, shapes
from .errors import invalid, no_such
from .forms import table
from .store import Json, new_id, shown
from .unmodelled import not_modelled
from .world import Call

_KIND = "tax_id"
_LOOKED_UP = ("au_abn", "eu_vat", "gb_vat")
_FATES = {"000000000": "verified", "111111111": "unverified"}  # Stripe's own; the rest stays open
_A_MINUTE = 60


def create(call: Call, customer: Json) -> Json:
    """Keep a customer's tax ID. Raises ApiError."""
    kind, value = call.params["type"], call.params["value"].strip()
    if not value:
        raise invalid("value", "Invalid value for tax ID.", "tax_id_invalid")
    return keep(call, customer["id"], kind, value)


def keep(call: Call, owner: str, kind: str, value: str) -> Json:
    """Write a tax ID down and tell of it; what will be known of it, is known in a minute."""
    looked_up = kind in _LOOKED_UP
    status = "pending" if looked_up else "unavailable"
    thing = {
        "id": new_id("txi"),
        "object": _KIND,
        "country": _country(kind, value),
        "created": call.store.now(),
        "customer": owner,
        "customer_account": None,
        "livemode": False,
        "owner": shapes.nulls("account", "application", "customer_account")
        | {"customer": owner, "type": "customer"},
        "type": kind,
        "value": value,
        "verification": shapes.nulls("verified_address", "verified_name") | {"status": status},
    }
    if looked_up and value in _FATES:
        thing["_due"] = call.store.now() + _A_MINUTE
    call.emit("customer.tax_id.created", call.store.put(thing))
    return thing


def _country(kind: str, value: str) -> str | None:
    code = value[:2].upper() if kind.startswith("eu_") else kind[:2].upper()
    return ("GR" if code == "EL" else code) if code.isalpha() else None


def verify(call: Call, thing: Json) -> None:
    """Tell what became of looking it up."""
    before = thing["verification"]
    found = {"status": _FATES[thing["value"]]}
    if found["status"] == "verified":
        found |= {"verified_address": "Main Street 1", "verified_name": "Jenny Rosen"}
    thing["verification"] = before | found
    call.emit("customer.tax_id.updated", call.store.put(thing), {"verification": before})


def tell(call: Call, session: Json) -> None:
    """Keep at the customer what a buyer told of a completed session and is not known yet."""
    owner = session["customer"]
    known = {(one["type"], one["value"]) for one in of(call, owner)}
    for told in (session["customer_details"] or {}).get("tax_ids") or []:
        if owner and (told["type"], told["value"]) not in known:
            keep(call, owner, told["type"], told["value"])


def of(call: Call, owner: str | None) -> list[Json]:
    """Return all of a customer's, newest first."""
    return [shown(one) for one in call.store.newest(_KIND) if one["customer"] == owner]


def of_customer(call: Call, customer: Json) -> Json:
    """List a customer's tax IDs."""
    return _page(call, customer["id"], f"/v1/customers/{customer['id']}/tax_ids")


def listed(call: Call) -> Json:
    """List a customer's, or the account's own, of which there are none. Raises ApiError."""
    owner = table(call.params, "owner")
    kind = owner.get("type", "self")
    if kind not in ("customer", "self"):
        raise not_modelled("owner[type]")
    return _page(call, owner.get("customer") if kind == "customer" else "", "/v1/tax_ids")


def _page(call: Call, owner: str | None, url: str) -> Json:
    return lists.page(call, _KIND, url, more=[lambda thing: thing["customer"] == owner])


def show(call: Call, customer: Json, name: str) -> Json:
    """Show one of a customer's. Raises ApiError."""
    thing = call.world.need(name, _KIND)
    if thing["customer"] != customer["id"]:
        raise no_such(_KIND, name)
    return thing


def delete(call: Call, customer: Json, name: str) -> Json:
    """Take a customer's tax ID away. Raises ApiError."""
    thing = show(call, customer, name)
    call.store.drop(name)
    call.emit("customer.tax_id.deleted", thing)
    return {"id": name, "object": _KIND, "deleted": True}
