"""What Stripe's OpenAPI description says, cut down to what the sandbox is held to.

`python -m tests.support.stripe_spec spec3.json` writes stripe_spec.json anew from a description
of https://github.com/stripe/openapi (MIT): the parameters of our routes, and of every kind of
object the fields that are never null. Types and completeness are held to the SDK elsewhere.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]

KEPT = Path(__file__).with_name("stripe_spec.json")
_PARAMETERS = Path(__file__).resolve().parents[2] / "stripe_sandbox" / "parameters.json"


@cache
def _kept() -> Json:
    found: Json = json.loads(KEPT.read_text("utf-8"))
    return found


def parameters(route: str) -> set[str]:
    """Return the dotted names of a route's parameters, `*` for an item of a list or table."""
    return set(_kept()["parameters"].get(route, ()))


def nulls_in(thing: Any, where: str = "") -> list[str]:
    """Name what is null in an answer or an event, and in all objects inside it, and never is."""
    if isinstance(thing, list):
        return [w for item in thing for w in nulls_in(item, where)]
    if not isinstance(thing, dict):
        return []
    kind = thing.get("object")
    wrong = []
    if isinstance(kind, str) and kind in _kept()["never_null"]:
        wrong = [
            f"{where or kind}: {kind}.{path} is null, which it never is"
            for path in _kept()["never_null"][kind]
            if _is_null(thing, path.split("."))
        ]
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

    def parameters(self, route: str) -> list[str]:
        method, path = route.split(" ")
        alike = [p for p in self._paths if re.sub(r"\{\w+\}", "{name}", p) == path]
        found: set[str] = set()
        for operation in (self._paths[p].get(method.lower(), {}) for p in alike):
            for body in operation.get("requestBody", {}).get("content", {}).values():
                found |= set(self.names(body["schema"]))
            for one in operation.get("parameters", []):
                if one["in"] == "query":
                    found |= set(self.names(one["schema"], one["name"]))
        return sorted(name for name in found if name and name.split(".")[0] != "expand")

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
    routes = json.loads(_PARAMETERS.read_text("utf-8"))
    ours = _ours()
    cut = {
        "parameters": {route: spec.parameters(route) for route in routes},
        "never_null": {
            kind: sorted(set(spec.never_null(schema)))
            for kind, schema in spec.kinds()
            if kind in ours
        },
    }
    lines = [
        f"{json.dumps(part)}: {{\n"
        + ",\n".join(
            f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}"
            for key, value in table.items()
        )
        + "\n}"
        for part, table in cut.items()
    ]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def _ours() -> set[str]:
    """Return the kinds of objects that the sandbox makes."""
    expandable = json.loads(_PARAMETERS.with_name("expandable.json").read_text("utf-8"))
    return {*expandable, "account", "balance", "event", "webhook_endpoint"}


if __name__ == "__main__":
    main(sys.argv[1])
