"""Write the clients' types from the OpenAPI document: `python -m tools.clients`, by `make clients`.

The Python client's are written here, the JavaScript client's by openapi-typescript. A test holds
the first to the document, and the second by the document's sum: it needs neither npm nor a network.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import Any

from checkout_service import create_app
from checkout_service.settings import Settings
from tools.lock import ROOT
from tools.python_types import python_types

PYTHON = ROOT / "clients" / "python" / "checkout_service_client" / "shapes.py"
JAVASCRIPT = ROOT / "clients" / "javascript"
TYPESCRIPT = JAVASCRIPT / "src" / "openapi.ts"
# What no type can say, some of it of one shop alone: its origins, its prices.
_ASIDE = {"pattern", "examples", "title", "default"}
_OF_OBJECTS = {"type", "description", "required"}
_NAMED = ("--root-types", "--root-types-no-schema-prefix")


def document() -> dict[str, Any]:
    """Return the OpenAPI document as far as types are concerned, with the notifications' names."""
    whole = create_app(Settings.load()).test_client().get("/api/v1/openapi.json").get_json()
    schemas = {name: _shape(one) for name, one in whole["components"]["schemas"].items()}
    schemas["EventType"] = {"type": "string", "enum": [*whole["webhooks"]]}
    info = {"title": "", "version": ""}
    described = {"openapi": whole["openapi"], "info": info, "paths": {}}
    return described | {"components": {"schemas": schemas}}


def _shape(schema: Any) -> Any:
    """Return a schema without what no type can say."""
    if isinstance(schema, list):
        return [_shape(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "properties" in schema:
        fields = {name: _shape(one) for name, one in schema["properties"].items()}
        return {word: schema[word] for word in schema if word in _OF_OBJECTS} | {
            "properties": fields
        }
    return {word: _shape(part) for word, part in schema.items() if word not in _ASIDE}


def python_source(described: dict[str, Any]) -> str:
    """Return the Python client's types, formatted."""
    return _formatted(python_types(described))


def _formatted(source: str) -> str:
    ruff = [sys.executable, "-m", "ruff", "format", "--no-cache", "-"]
    done = subprocess.run(ruff, input=source, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    return done.stdout


def heading(described: dict[str, Any]) -> str:
    """Return the first line of the JavaScript client's types: which document they are made of."""
    text = json.dumps(described, sort_keys=True)
    return f"// openapi-typescript wrote this; sum {hashlib.sha256(text.encode()).hexdigest()}\n"


def _typescript(described: dict[str, Any]) -> str:
    program = [str(JAVASCRIPT / "node_modules" / ".bin" / "openapi-typescript")]
    options = ["--alphabetize", "--default-non-nullable=false", *_NAMED]
    done = subprocess.run(  # noqa: S603 - installed by npm from our lock
        [*program, *options], input=json.dumps(described),
        capture_output=True, text=True, check=True, cwd=JAVASCRIPT,
    )  # fmt: skip
    return heading(described) + done.stdout


if __name__ == "__main__":
    found = document()
    PYTHON.write_text(python_source(found), "utf-8")
    TYPESCRIPT.write_text(_typescript(found), "utf-8")
    print(f"Wrote {PYTHON.relative_to(ROOT)} and {TYPESCRIPT.relative_to(ROOT)}")
