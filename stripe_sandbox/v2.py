"""What the calls of the v2 API have in common: known fields, pages, paths that are not there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request

from .errors import ApiError, invalid, missing, unknown, unrecognized
from .parameters import EVENTS
from .store import Json
from .unmodelled import not_modelled

bp = Blueprint("v2", __name__, url_prefix="/v2")
_USUAL, _MOST = 20, 100  # things of a page


@bp.route("/<path:_path>", methods=["GET", "POST", "DELETE", "PUT", "PATCH"])
def nothing(_path: str) -> Json:
    raise unrecognized(request.method, request.path)


def check(given: Json, known: tuple[str, ...], unmodelled: tuple[str, ...] = ()) -> None:
    """Refuse fields that nobody knows, and those that would do nothing here. Raises ApiError."""
    for name in given:
        if name in unmodelled:
            raise not_modelled(name)
        if name not in known:
            raise unknown(name)


def a_text(given: Json, name: str, *, empty: bool = False) -> str:
    """Read a text. Raises ApiError."""
    if name not in given:
        raise missing(name)
    value = given[name]
    if not isinstance(value, str) or not (value or empty):
        raise invalid(name, "Invalid string")
    return value


def texts(given: Json, name: str) -> list[str]:
    """Read a list of texts. Raises ApiError."""
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise invalid(name, "Invalid array")
    return value


def kinds(given: Json) -> list[str]:
    """Read which thin events are wanted. Raises ApiError."""
    if "enabled_events" not in given:
        raise missing("enabled_events")
    wanted = texts(given, "enabled_events")
    if not wanted:
        raise invalid("enabled_events", "At least one event type is needed.")
    for kind in wanted:
        if (kind != "*" and kind.removeprefix("v1.") not in EVENTS) or kind in EVENTS:
            raise invalid("enabled_events", f"Unknown event type: {kind}")
    return wanted


def asked(*known: str) -> Json:
    """Read the query; a list has its places in brackets. Raises ApiError."""
    found: Json = {}
    for name, value in request.args.items(multi=True):
        head = name.split("[", 1)[0]
        if head in ("include", "types"):
            found.setdefault(head, []).append(value)
        else:
            found[name] = value
    check(found, known, ("created", "types"))
    return found


def page(things: list[Json], query: Json) -> Json:
    """Show a page of what is listed, and where the next one is. Raises ApiError."""
    text = query.get("limit", str(_USUAL))
    limit = int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000") else 0
    if not 1 <= limit <= _MOST:
        raise invalid("limit", f"limit is a whole number from 1 to {_MOST}")
    begin = _place(things, query.get("page"))
    found = things[begin : begin + limit]
    more: list[tuple[str, Any]] = [
        (f"include[{n}]", v) for n, v in enumerate(query.get("include", []))
    ]
    more += [(name, query[name]) for name in ("limit", "object_id") if name in query]
    url = None
    if begin + limit < len(things):
        url = f"{request.path}?{urlencode([*more, ('page', found[-1]['id'])])}"
    return {"data": found, "next_page_url": url, "previous_page_url": None}


def _place(things: list[Json], after: str | None) -> int:
    if after is None:
        return 0
    for place, thing in enumerate(things, 1):
        if thing["id"] == after:
            return place
    raise ApiError("Invalid page token.", param="page")
