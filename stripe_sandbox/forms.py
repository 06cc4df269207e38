"""Form bodies with brackets become nested values, and `expand[]` turns ids into objects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from .errors import ApiError, invalid, unknown
from .store import Json

_PART = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"[^\[\]]+(?:\[[^\[\]]*\])*")
_DEPTH = 8
MOST_OF_ONE = 999_999


def parse(pairs: Iterable[tuple[str, str]]) -> Json:
    """Read `a[b][0][c]=d` as {"a": {"b": [{"c": "d"}]}}."""
    root: Json = {}
    for name, value in pairs:
        head = name.split("[", 1)[0]
        path = [head, *_PART.findall(name[len(head) :])]
        if not _NAME.fullmatch(name) or len(path) > _DEPTH:
            raise unknown(name[:80])
        _place(root, path, value)
    return {key: _lists(value) for key, value in root.items()}


def _place(root: Json, path: list[str], value: str) -> None:
    node = root
    for step, following in pairwise(path):
        key = step or str(len(node))
        child = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise ApiError(f"Invalid {following}")
        node = child
    node[path[-1] or str(len(node))] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = {key: _lists(child) for key, child in value.items()}
    if items and all(key.isascii() and key.isdigit() for key in items):
        return [items[key] for key in sorted(items, key=int)]
    return items


def integer(params: Json, name: str, *, default: int | None = None, where: str = "") -> int | None:
    """Read a whole number. Raises ApiError in Stripe's words."""
    if name not in params:
        return default
    text = params[name]
    if not isinstance(text, str) or not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise invalid(where or name, f"Invalid integer: {text}", "parameter_invalid_integer")
    return int(text)


def count(params: Json, name: str, *, default: int = 1, least: int = 0, where: str = "") -> int:
    """Read how many: a quantity below the least is none. Raises ApiError."""
    many = integer(params, name, default=default, where=where) or 0
    if not least <= many <= MOST_OF_ONE:
        kind = "positive" if least else "non-negative"
        raise invalid(where or name, f"Invalid {kind} integer", "parameter_invalid_integer")
    return many


def boolean(params: Json, name: str) -> bool | None:
    if name not in params:
        return None
    if params[name] not in ("true", "false"):
        raise invalid(name, f"Invalid boolean: {params[name]}")
    return bool(params[name] == "true")


def text(params: Json, name: str, *, where: str = "") -> str | None:
    """Read a text; an empty one is none. Raises ApiError."""
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(where or name, "Invalid string")
    return value or None


def check_url(value: object, param: str) -> str:
    """Accept an absolute http address. Raises ApiError."""
    if not isinstance(value, str) or not is_url(value):
        raise invalid(param, "Not a valid URL", "url_invalid")
    return value


def is_url(text: str) -> bool:
    """True for an absolute http address, with a port that is one."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return bool(re.fullmatch(r"https?://\S+", text) and parts.hostname)


def only_one(params: Json, *names: str, where: str = "") -> None:
    """Refuse two that say the same in two ways. Raises ApiError."""
    given = [f"{where}[{name}]" if where else name for name in names if name in params]
    if len(given) > 1:
        told = f"You may only specify one of these parameters: {', '.join(names)}."
        raise invalid(given[1], told)


def table(params: Json, name: str) -> Json:
    """Read a nested table; nothing or an empty text is an empty one."""
    value = params.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(name, "Invalid object")
    return value


def metadata(params: Json, before: Json | None = None, name: str = "metadata") -> dict[str, str]:
    """Merge metadata as Stripe does: an empty value takes a key away, an empty text takes all."""
    kept = {} if params.get(name) == "" else dict(before or {})
    for key, value in table(params, name).items():
        if not isinstance(value, str) or len(key) > 40 or len(value) > 500:  # noqa: PLR2004
            raise invalid(f"{name}[{key}]", "Metadata keys have up to 40, values 500 characters.")
        kept[key] = value
    kept = {key: value for key, value in kept.items() if value != ""}
    if len(kept) > 50:  # noqa: PLR2004
        raise invalid(name, "You may only have 50 metadata keys.")
    return kept
