"""One schema a thing: the framework makes one for each answer that shows it."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel

_REF = re.compile(r'"#/components/schemas/([^"]+)"')
TEMPLATE = "#/components/schemas/{model}"


def name_of(schema: str) -> str:
    """Name a thing: without the answer it was found in, and without our own word for a model."""
    return schema.rpartition(".")[2].removesuffix("Document")


def add(spec: dict[str, Any], *models: type[BaseModel]) -> None:
    """Add models, and those they stand on."""
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    for model in models:
        schema = model.model_json_schema(ref_template=TEMPLATE)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema


def one_a_thing(spec: dict[str, Any]) -> dict[str, Any]:
    """Give each thing one schema under one name. Raises ValueError where two share one."""
    text = _REF.sub(lambda m: f'"#/components/schemas/{name_of(m[1])}"', json.dumps(spec))
    whole: dict[str, Any] = json.loads(text)
    schemas = whole["components"]["schemas"]
    named: dict[str, Any] = {}
    for name in sorted(schemas):
        if named.setdefault(name_of(name), schemas[name]) != schemas[name]:
            raise ValueError(f"Two different things are called {name_of(name)} in the document")
    whole["components"]["schemas"] = named
    return whole
