"""Stripe's lists: newest first, cursors, filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from . import shapes
from .delivery import delivered
from .errors import invalid, no_such, unknown
from .forms import boolean, integer, table
from .store import Json, shown
from .world import Call

_PAGING = frozenset(("limit", "starting_after", "ending_before", "expand", "created"))
Wanted = Callable[[Json], bool]


def page(
    call: Call,
    kind: str,
    url: str,
    *,
    fields: Iterable[str] = (),
    more: Iterable[Wanted] = (),
    known: Iterable[str] = (),
) -> Json:
    """Return one page of a kind of objects; `fields` filter by equality. Raises ApiError."""
    params = call.params
    for name in params:
        if name not in (*_PAGING, *fields, *known):
            raise unknown(name)
    limit = integer(params, "limit", default=10) or 0
    if not 1 <= limit <= 100:  # noqa: PLR2004
        raise invalid("limit", "Invalid limit: must be between 1 and 100.")
    tests = [*more, *_created(params)]
    if call.stale:
        newest = call.store.now() - call.stale
        tests.append(lambda thing: thing["created"] <= newest)
    tests += [_equal(name, params[name]) for name in fields if name in params]
    found = (t for t in call.store.newest(kind) if all(test(t) for test in tests))
    if "ending_before" in params:
        items, rest = _before(list(found), call, kind, limit)
    else:
        items, rest = _after(found, call, kind, limit)
    return shapes.listing(url, [shown(item) for item in items], more=rest)


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


def _equal(name: str, value: object) -> Wanted:
    return lambda thing: _as_sent(thing.get(name)) == value


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
    return page(
        call, "checkout.session", url, fields=fields, more=more, known=("customer_details",)
    )


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
    return page(call, "subscription", url, fields=("customer",), more=more, known=("status",))


def invoices(call: Call) -> Json:
    name = call.params.get("subscription")
    more: list[Wanted] = []
    if name is not None:
        more = [lambda t: t["parent"]["subscription_details"]["subscription"] == name]
    fields = ("customer", "status")
    return page(call, "invoice", "/v1/invoices", fields=fields, more=more, known=("subscription",))


def invoice_payments(call: Call) -> Json:
    """List what pays invoices; `payment` filters by the intent."""
    given = table(call.params, "payment").get("payment_intent")
    more: list[Wanted] = []
    if given is not None:
        more = [lambda thing: thing["payment"]["payment_intent"] == given]
    fields, url = ("invoice", "status"), "/v1/invoice_payments"
    return page(call, "invoice_payment", url, fields=fields, more=more, known=("payment",))


def events(call: Call) -> Json:
    params = call.params
    more: list[Wanted] = []
    types = params.get("types")
    if isinstance(types, list):
        more.append(lambda event: event["type"] in types)
    wanted = boolean(params, "delivery_success")
    if wanted is not None:
        more.append(lambda event: delivered(event) is wanted)
    kind = params.get("type")
    if kind is not None:
        more.append(lambda event: _matches(event["type"], str(kind)))
    known = ("type", "types", "delivery_success")
    return page(call, "event", "/v1/events", more=more, known=known)


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
