"""Write an OpenAPI document's schemas as Python's TypedDicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_PLAIN = {"string": "str", "integer": "int", "boolean": "bool", "number": "float", "null": "None"}
_HEAD = '''"""What the service takes and answers, as its OpenAPI document says; `make clients`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
'''


def python_types(document: dict[str, Any]) -> str:
    """Return a module, not yet formatted: a type for each schema."""
    schemas = document["components"]["schemas"]
    return "\n\n".join([_HEAD, *(_definition(name, schemas[name]) for name in sorted(schemas))])


def _definition(name: str, schema: dict[str, Any]) -> str:
    if "properties" not in schema:
        return f"{name} = {_type(schema)}"
    return "\n    ".join([f"class {name}(TypedDict):", *_told(schema), *_fields(schema)])


def _told(schema: dict[str, Any]) -> Iterator[str]:
    if said := schema.get("description"):
        yield f'"""{said[0].upper()}{said[1:].rstrip(".")}."""\n'


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    for name, field in schema["properties"].items():
        kind = _type(field)
        yield f"{name}: {kind if name in schema.get('required', ()) else f'NotRequired[{kind}]'}"


def _type(schema: dict[str, Any]) -> str:
    """Write a schema as an annotation."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(one) for one in several)
    if "enum" in schema:
        return f"Literal{schema['enum']!r}"
    if schema["type"] == "array":
        return f"list[{_type(schema['items'])}]"
    if schema["type"] == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values) if isinstance(values, dict) else 'Any'}]"
    return _PLAIN[schema["type"]]
