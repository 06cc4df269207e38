"""Stripe's lists: newest first, cursors, filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from . import shapes
from .delivery import delivered
from .errors import invalid, no_such, unknown
from .forms import boolean, integer, table
from .store import Json, shown
from .world import Call

# What lists filter by that is the id of an object.
_NAMED = frozenset(
    ("charge", "coupon", "customer", "invoice", "payment_intent", "payment_method", "price",
     "product", "subscription")
)  # fmt: skip
_MOST_TYPES = 20
Wanted = Callable[[Json], bool]


def page(
    call: Call,
    kind: str,
    url: str,
    *,
    fields: Iterable[str] = (),
    more: Iterable[Wanted] = (),
    by: Mapping[str, Callable[[Json], Any]] | None = None,
) -> Json:
    """Return one page of a kind of objects. Raises ApiError.

    `fields` filter by equality, and so does `by`, which says where in an object to look.
    """
    params = call.params
    limit = _limit(params)
    _check_named(call)
    tests = [*more, *_created(params)]
    if call.stale:
        newest = call.store.now() - call.stale
        tests.append(lambda thing: thing.get("created", 0) <= newest)
    ways = {name: itemgetter(name) for name in fields} | dict(by or {})
    tests += [_equal(look, params[name]) for name, look in ways.items() if name in params]
    found = (t for t in call.store.newest(kind) if all(test(t) for test in tests))
    if "ending_before" in params:
        items, rest = _before(list(found), call, kind, limit)
    else:
        items, rest = _after(found, call, kind, limit)
    return shapes.listing(url, [shown(item) for item in items], more=rest)


def _check_named(call: Call) -> None:
    """Refuse to filter by an object that never was: nothing would be found in silence."""
    _one_of(call.params, "ending_before", "starting_after")
    for name in _NAMED & call.params.keys():
        value = call.params[name]
        if not any(call.store.get(value, kind) for kind in (name, f"deleted {name}")):
            raise no_such(name, str(value), param=name)


def _one_of(params: Json, *names: str) -> None:
    if all(name in params for name in names):
        told = f"You may only specify one of these parameters: {', '.join(names)}."
        raise invalid(names[0], told)


def line_items(call: Call, parent: Json) -> Json:
    """Return one page of what a session or a link sells. Raises ApiError."""
    whole = call.world.line_items(parent)
    return of_items(call, whole["data"], whole["url"])


def of_items(call: Call, items: list[Json], url: str) -> Json:
    """Return one page of what stands inside an object, in its own order. Raises ApiError."""
    limit = _limit(call.params)
    _one_of(call.params, "ending_before", "starting_after")
    for name in ("starting_after", "ending_before"):
        if name in call.params and all(one["id"] != call.params[name] for one in items):
            raise no_such(items[0]["object"] if items else "object", call.params[name], param=name)
    if "ending_before" in call.params:
        place = [one["id"] for one in items].index(call.params["ending_before"])
        return shapes.listing(url, items[max(0, place - limit) : place], more=place > limit)
    start = 0
    if "starting_after" in call.params:
        start = [one["id"] for one in items].index(call.params["starting_after"]) + 1
    return shapes.listing(url, items[start : start + limit], more=len(items) > start + limit)


def _limit(params: Json) -> int:
    limit = integer(params, "limit", default=10) or 0
    if not 1 <= limit <= 100:  # noqa: PLR2004
        raise invalid("limit", "Invalid limit: must be between 1 and 100.")
    return limit


def _after(found: Iterator[Json], call: Call, kind: str, limit: int) -> tuple[list[Json], bool]:
    cursor = call.params.get("starting_after")
    if cursor is not None:
        start = call.store.get(cursor, kind)
        if start is None:
            raise no_such(kind, str(cursor), param="starting_after")
        found = (thing for thing in found if thing["_seq"] < start["_seq"])
    items: list[Json] = []
    for thing in found:
        if len(items) == limit:
            return items, True
        items.append(thing)
    return items, False


def _before(found: list[Json], call: Call, kind: str, limit: int) -> tuple[list[Json], bool]:
    cursor = call.params["ending_before"]
    end = call.store.get(cursor, kind)
    if end is None:
        raise no_such(kind, str(cursor), param="ending_before")
    newer = [thing for thing in found if thing["_seq"] > end["_seq"]]
    return newer[-limit:], len(newer) > limit


def _equal(look: Callable[[Json], Any], value: object) -> Wanted:
    if isinstance(value, list):
        return lambda thing: _as_sent(look(thing)) in value
    return lambda thing: _as_sent(look(thing)) == value


def _as_sent(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _created(params: Json) -> Iterator[Wanted]:
    given = params.get("created")
    if isinstance(given, str):
        at = integer(params, "created") or 0
        yield lambda thing: bool(thing["created"] == at)
        return
    ways: dict[str, Callable[[int, int], bool]] = {
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    bounds = table(params, "created")
    for name in bounds:
        if name not in ways:
            raise unknown(f"created[{name}]")
        limit = integer(bounds, name, where=f"created[{name}]") or 0
        yield lambda thing, way=ways[name], limit=limit: way(thing["created"], limit)  # type: ignore[misc]


def sessions(call: Call) -> Json:
    email = table(call.params, "customer_details").get("email")
    more = [lambda t: (t["customer_details"] or {}).get("email") == email] if email else []
    fields = ("payment_intent", "payment_link", "status", "subscription", "customer")
    url = "/v1/checkout/sessions"
    return page(call, "checkout.session", url, fields=fields, more=more)


def subscriptions(call: Call) -> Json:
    """List subscriptions; those that are over only when they are asked for."""
    status = call.params.get("status")
    more: list[Wanted] = []
    if status is None:
        more = [lambda thing: thing["status"] != "canceled"]
    elif status == "ended":
        more = [lambda thing: thing["ended_at"] is not None]
    elif status != "all":
        more = [lambda thing: thing["status"] == status]
    url = "/v1/subscriptions"
    price = call.params.get("price")
    if price is not None:
        more.append(lambda t: any(i["price"]["id"] == price for i in t["items"]["data"]))
    return page(call, "subscription", url, fields=("collection_method", "customer"), more=more)


def invoices(call: Call) -> Json:
    by = {"subscription": _subscription_of}
    fields = ("collection_method", "customer", "status")
    return page(call, "invoice", "/v1/invoices", fields=fields, by=by)


def _subscription_of(invoice: Json) -> object:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return details.get("subscription")


def prices(call: Call) -> Json:
    fields = ("active", "currency", "product", "type")
    wanted = table(call.params, "recurring")
    more: list[Wanted] = [
        lambda t, n=name, v=value: (t["recurring"] or {}).get(n) == v  # type: ignore[misc]
        for name, value in wanted.items()
    ]
    by = {"lookup_keys": itemgetter("lookup_key")}
    return page(call, "price", "/v1/prices", fields=fields, more=more, by=by)


def products(call: Call) -> Json:
    fields = ("active", "shippable", "type", "url")
    return page(call, "product", "/v1/products", fields=fields, by={"ids": itemgetter("id")})


def promotion_codes(call: Call) -> Json:
    by = {"coupon": lambda thing: thing["promotion"]["coupon"]}
    url, fields = "/v1/promotion_codes", ("active", "code", "customer")
    return page(call, "promotion_code", url, fields=fields, by=by)


def shipping_rates(call: Call) -> Json:
    by = {"currency": lambda thing: thing["fixed_amount"]["currency"]}
    return page(call, "shipping_rate", "/v1/shipping_rates", fields=("active",), by=by)


def invoice_payments(call: Call) -> Json:
    """List what pays invoices; `payment` filters by the intent."""
    given = table(call.params, "payment").get("payment_intent")
    more: list[Wanted] = []
    if given is not None:
        call.world.need(given, "payment_intent", param="payment[payment_intent]")
        more = [lambda thing: thing["payment"]["payment_intent"] == given]
    fields, url = ("invoice", "status"), "/v1/invoice_payments"
    return page(call, "invoice_payment", url, fields=fields, more=more)


def events(call: Call) -> Json:
    params = call.params
    more: list[Wanted] = []
    types = params.get("types")
    _one_of(params, "type", "types")
    if isinstance(types, list) and len(types) > _MOST_TYPES:
        raise invalid("types", f"You may pass up to {_MOST_TYPES} types.")
    if isinstance(types, list):
        more.append(lambda event: event["type"] in types)
    wanted = boolean(params, "delivery_success")
    if wanted is not None:
        more.append(lambda event: delivered(event) is wanted)
    kind = params.get("type")
    if kind is not None:
        more.append(lambda event: _matches(event["type"], str(kind)))
    return page(call, "event", "/v1/events", more=more)


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
