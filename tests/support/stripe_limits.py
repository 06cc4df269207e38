"""What Stripe's description limits: how long a text is, how many items a list has, what needs what.

The lengths are the description's own; the rest it says in words. A route's limits are
{"longest": a tree of names with the most characters (null: no limit, nothing: the usual 5000),
"most": {list: items}, "together": {table: characters of all its texts}, "with_confirm": [names]}.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

USUAL = 5000
_MOST = re.compile(r"\b(?:maximum of|up to(?: a maximum of)?) (\d+)\b", re.IGNORECASE)
_TOGETHER = re.compile(r"combined character count of all fields is limited to ([\d,]+)")
_CONFIRM = re.compile(r"can only be used with \[?`confirm=true`")


def of(schemas: Json) -> Json:
    """Return the limits of a route's parameters."""
    longest = {name: _longest(schema) for name, schema in schemas.items()}
    limits = {
        "longest": {name: value for name, value in longest.items() if value not in (USUAL, {})},
        "most": {n: m for n, s in schemas.items() if _is_list(s) and (m := _said(_MOST, s))},
        "together": {n: m for n, s in schemas.items() if (m := _said(_TOGETHER, s))},
        "with_confirm": [n for n, s in schemas.items() if _CONFIRM.search(_words(s))],
    }
    return {name: value for name, value in limits.items() if value}


def _longest(schema: Json) -> Any:
    """Return the most characters of a text, or what is inside a table or a list."""
    if "anyOf" in schema:
        return _joined([_longest(one) for one in schema["anyOf"] if one.get("enum") != [""]])
    if schema.get("type") == "array":
        return _within({"*": _longest(schema["items"])})
    if schema.get("properties"):
        return _within({name: _longest(one) for name, one in schema["properties"].items()})
    if isinstance(schema.get("additionalProperties"), dict):
        return _within({"*": _longest(schema["additionalProperties"])})
    is_text = schema.get("type") == "string" and "enum" not in schema
    return schema.get("maxLength") if is_text else USUAL


def _within(inner: Json) -> Json:
    return {name: value for name, value in inner.items() if value not in (USUAL, {})}


def _joined(found: list[Any]) -> Any:
    """Return what holds of one of several; a table and a text beside it are told apart."""
    tables = [one for one in found if isinstance(one, dict) and one]
    return tables[0] if tables else next((one for one in found if not isinstance(one, dict)), USUAL)


def _is_list(schema: Json) -> bool:
    return any(one.get("type") == "array" for one in (schema, *schema.get("anyOf", [])))


def _words(schema: Json) -> str:
    return schema.get("description") or ""


def _said(words: re.Pattern[str], schema: Json) -> int | None:
    found = words.search(_words(schema))
    return int(found[1].replace(",", "")) if found else None
