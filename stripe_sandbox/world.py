"""The parts of the sandbox, joined: what every handler is given."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from . import included, shapes
from .delivery import Delivery
from .errors import ApiError, no_such
from .events import Events
from .faults import Faults
from .store import Json, Store, shown

_EMBEDDED = 10  # what a list inside an object shows


@dataclass(frozen=True, slots=True)
class World:
    store: Store
    faults: Faults
    delivery: Delivery
    events: Events
    base: str  # where pages are reached; "" asks the request

    def need(self, name: object, kind: str, *, param: str | None = None) -> Json:
        """Return an object, or refuse in Stripe's words."""
        thing = self.store.get(name, kind)
        if thing is None:
            raise no_such(kind.replace(".", " "), str(name), param=param)
        return thing

    def check_free(self, name: str, kind: str) -> None:
        """Refuse an id that another of its kind has. Raises ApiError."""
        if self.store.get(name, kind) is not None:
            word = kind.replace("_", " ").capitalize()
            raise ApiError(f"{word} already exists.", code="resource_already_exists", param="id")

    def resolve(self, thing: Json, path: str, name: Any) -> Any:
        """Find what a field of an object stands for: what it keeps, or the object of that name."""
        shown_if_asked = self._shown_if_asked(thing, path)
        if shown_if_asked is not None:
            return shown_if_asked
        if not isinstance(name, str):
            return None
        field = path.rpartition(".")[2]
        found = self.store.get(name, field if field in ("coupon", "product") else None)
        if found and found["object"] == "deleted customer":
            return {"id": name, "object": "customer", "deleted": True}
        return shown(found) if found else None

    def _shown_if_asked(self, thing: Json, path: str) -> Any:
        """Return what an object shows only if asked; None if it has no such thing."""
        if path == "line_items":
            return self.line_items(thing)
        if path == "tax_ids" and thing.get("object") == "customer":
            return self.tax_ids_of(thing)
        if path == "refunds" and thing.get("object") == "charge":
            return self.refunds_of(thing)
        kept = self.store.get(thing.get("id"), thing.get("object")) or {}
        if path in kept.get("_expanded", ()):
            return copy.deepcopy(kept["_expanded"][path])
        return included.found(self.store, thing, path)

    def line_items(self, parent: Json) -> Json:
        thing = self.store.get(parent["id"]) or parent
        home = "checkout/sessions" if thing["object"] == "checkout.session" else "payment_links"
        items = [shown(item) for item in thing.get("_items", [])]
        for item in items:
            item["price"] = shown(self.need(item["price"], "price"))
        return shapes.listing(f"/v1/{home}/{thing['id']}/line_items", items)

    def tax_ids_of(self, customer: Json) -> Json:
        """Return a customer's newest tax IDs."""
        every = self.store.newest("tax_id")
        found = [shown(one) for one in every if one["customer"] == customer["id"]]
        url = f"/v1/customers/{customer['id']}/tax_ids"
        return shapes.listing(url, found[:_EMBEDDED], more=len(found) > _EMBEDDED)

    def refunds_of(self, charge: Json) -> Json:
        """Return a charge's newest refunds, whatever became of them; the rest is for the list."""
        names = (self.store.get(charge["id"], "charge") or {}).get("_refunds", [])
        found = [shown(self.need(name, "refund")) for name in names[: -_EMBEDDED - 1 : -1]]
        url = f"/v1/charges/{charge['id']}/refunds"
        return shapes.listing(url, found, more=len(names) > _EMBEDDED)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: its parameters, and who makes it."""

    world: World
    params: Json
    key_kind: str  # sk, rk or pk
    request: Json  # for events: {"id", "idempotency_key"}
    base: str
    version: str | None = None  # what Stripe-Version says
    stale: float = 0  # lists do not show what was made in the last so many seconds

    @property
    def takes_method_types(self) -> bool:
        """True if `payment_method_types` is still known to this caller's version."""
        return self.version is None or self.version < "2026-09-30"

    @property
    def store(self) -> Store:
        return self.world.store

    def emit(self, kind: str, thing: Json, before: Json | None = None) -> Json:
        return self.world.events.emit(kind, thing, request=self.request, before=before)

    def emit_changes(self, kind: str, thing: Json, before: Json) -> None:
        """Tell what was before in each field that has changed; nothing if none has."""
        changed = _changed({name: thing.get(name) for name in before}, before)
        if changed:
            self.emit(kind, thing, changed)


def _changed(now: Json, before: Json) -> Json:
    """Return what was before where it is another now; what is new was null."""
    return {
        name: _changed(now[name], was)
        if isinstance(was, dict) and isinstance(now[name], dict)
        else was
        for name, was in (dict.fromkeys(now) | before).items()
        if now.get(name) != was
    }
