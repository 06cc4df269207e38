"""What Stripe's OpenAPI description says, cut down to what the sandbox is held to.

`python -m tests.support.stripe_spec spec3.json` writes two files anew from a description of
https://github.com/stripe/openapi (MIT). stripe_spec.json: the parameters of our routes, and of
every kind of object the fields that are never null; types and completeness are held to the SDK
elsewhere. stripe_sandbox/limits.json: see `tests.support.stripe_limits`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from stripe_sandbox.router import ROUTES
from tests.support import stripe_limits

Json = dict[str, Any]

KEPT = Path(__file__).with_name("stripe_spec.json")
_SANDBOX = Path(__file__).resolve().parents[2] / "stripe_sandbox"
LIMITS = _SANDBOX / "limits.json"
_UNDESCRIBED = {"list", "search_result", "v2.core.event", "v2.core.event_destination"}


@cache
def _kept() -> Json:
    found: Json = json.loads(KEPT.read_text("utf-8"))
    return found


def parameters(route: str) -> set[str]:
    """Return the dotted names of a route's parameters, `*` for an item of a list or table."""
    return set(_kept()["parameters"].get(route, ()))


def nulls_in(thing: Any, where: str = "") -> list[str]:
    """Name what is null in an answer or an event, and in all objects inside it, and never is.

    A kind that the table does not know has not been held to anything.
    """
    if isinstance(thing, list):
        return [w for item in thing for w in nulls_in(item, where)]
    if not isinstance(thing, dict):
        return []
    kind = thing.get("object")
    wrong = []
    if isinstance(kind, str) and kind not in _UNDESCRIBED:
        known = _kept()["never_null"].get(kind)
        wrong = [f"{where or kind}: nothing is known of {kind}"] if known is None else [
            f"{where or kind}: {kind}.{path} is null, which it never is"
            for path in known
            if _is_null(thing, path.split("."))
        ]  # fmt: skip
    return wrong + [w for name, value in thing.items() for w in nulls_in(value, where or name)]


def _is_null(node: Any, steps: list[str]) -> bool:
    step, *rest = steps
    if isinstance(node, list):
        return any(_is_null(item, steps) for item in node)
    if not isinstance(node, dict) or step not in node:
        return False
    return node[step] is None if not rest else _is_null(node[step], rest)


class _Spec:
    """A whole description, to be cut down."""

    def __init__(self, whole: Json) -> None:
        self._paths = whole["paths"]
        self._schemas = whole["components"]["schemas"]

    def _real(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def names(self, schema: Json, at: str = "") -> Iterator[str]:
        """Name the parameters in a schema."""
        schema = self._real(schema)
        if "anyOf" in schema:
            for one in schema["anyOf"]:
                if one.get("enum") != [""]:
                    yield from self.names(one, at)
        elif schema.get("type") == "array":
            yield from self.names(schema["items"], f"{at}.*")
        elif schema.get("properties"):
            for name, one in schema["properties"].items():
                yield from self.names(one, f"{at}.{name}" if at else name)
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from self.names(schema["additionalProperties"], f"{at}.*")
        else:
            yield at

    def given(self, route: str) -> Json:
        """Return the schemas of a route's parameters, by name."""
        method, path = route.split(" ")
        alike = [p for p in self._paths if re.sub(r"\{\w+\}", "{name}", p) == path]
        found: Json = {}
        for operation in (self._paths[p].get(method.lower(), {}) for p in alike):
            for body in operation.get("requestBody", {}).get("content", {}).values():
                found |= body["schema"].get("properties", {})
            for one in operation.get("parameters", []):
                if one["in"] == "query":
                    found[one["name"]] = {"description": one.get("description"), **one["schema"]}
        return {name: schema for name, schema in found.items() if name != "expand"}

    def parameters(self, route: str) -> list[str]:
        given = self.given(route).items()
        return sorted({inner for name, schema in given for inner in self.names(schema, name)})

    def kinds(self) -> Iterator[tuple[str, Json]]:
        for name, schema in self._schemas.items():
            kind = schema.get("properties", {}).get("object", {}).get("enum", [None])[0]
            if kind and not name.startswith("deleted_") and "x-resourceId" in schema:
                yield kind, schema

    def never_null(self, schema: Json, at: str = "", depth: int = 0) -> Iterator[str]:
        """Name the fields that are never null, those of tables inside as well."""
        for name, given in schema.get("properties", {}).items():
            here = f"{at}{name}"
            if not given.get("nullable"):
                yield here
            inner = self._inside(given)
            if inner is not None and depth < 4:
                yield from self.never_null(inner, f"{here}.", depth + 1)

    def _inside(self, given: Json) -> Json | None:
        """Return the schema of a table, or of a list's tables, that is no object of its own."""
        options = given.get("anyOf", [given])
        if given.get("type") == "array":
            options = given["items"].get("anyOf", [given["items"]])
        tables = [self._real(one) for one in options]
        tables = [one for one in tables if one.get("properties")]
        own = [one for one in tables if "object" in one["properties"]]
        return tables[0] if len(tables) == 1 and not own else None


def main(path: str) -> None:
    spec = _Spec(json.loads(Path(path).read_text("utf-8")))
    given = {route: spec.given(route) for route in routes()}
    never_null = {kind: sorted(set(spec.never_null(schema))) for kind, schema in spec.kinds()}
    _write(
        KEPT,
        {
            "parameters": {route: spec.parameters(route) for route in given},
            "never_null": {kind: never_null[kind] for kind in sorted(kinds() & {*never_null})},
        },
    )
    _write(LIMITS, {route: stripe_limits.of(schemas) for route, schemas in given.items()})


def _write(path: Path, whole: Json) -> None:
    """Write a table with one entry a line."""
    parts = (
        f"{json.dumps(part)}: {{\n"
        + ",\n".join(
            f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}"
            for key, value in table.items()
        )
        + "\n}"
        for part, table in whole.items()
        if table
    )
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def routes() -> list[str]:
    """Return the routes that the sandbox serves."""
    path = re.compile(r"\(\?P<\w+>\[\^/\]\+\)")
    return [f"{route.method} {path.sub('{name}', route.path.pattern)}" for route in ROUTES]


def kinds() -> set[str]:
    """Return the kinds of objects that the sandbox makes."""
    expandable = json.loads((_SANDBOX / "expandable.json").read_text("utf-8"))
    return {
        *expandable, "account", "balance", "event", "line_item", "tax_id", "tax_rate",
        "webhook_endpoint",
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
