"""The parameters of every route of the sandbox, read from the installed SDK's annotations.

`python -m tests.support.sandbox_parameters` writes stripe_sandbox/parameters.json anew; a test
keeps the file equal to the SDK. A type is `string`, `integer`, `boolean`, `number`, or one of
{"enum": [...]}, {"list": type}, {"map": type}, {"fields": {name: type}, "required": [...]},
{"any": [types]}, {"unset": type} (an empty text takes the value away).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stripe_sandbox.router import ROUTES

TABLE = Path(__file__).resolve().parents[2] / "stripe_sandbox" / "parameters.json"
_SDK = Path(find_spec("stripe.params").origin or "").parents[1]  # type: ignore[union-attr]
_PLAIN = {
    "str": "string", "int": "integer", "bool": "boolean", "float": "number", "Decimal": "number",
}  # fmt: skip

Type = Any


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def _classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in _tree(path).body if isinstance(node, ast.ClassDef)}


def _params_modules(tree: ast.Module) -> dict[str, Path]:
    """Return which file each parameter class that a service names comes from."""
    return {
        alias.name: _SDK.joinpath(*node.module.split(".")[1:]).with_suffix(".py")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stripe.params")
        for alias in node.names
        if node.module
    }


def _calls(service: Path) -> Iterator[tuple[str, str, Path, str]]:
    """Return method, path, file and name of the parameters of each call a service makes."""
    modules = _params_modules(_tree(service))
    for function in ast.walk(_tree(service)):
        if isinstance(function, ast.FunctionDef):
            given = [ast.unparse(a) for a in function.args.args if a.arg == "params"]
            names = re.findall(r"\w+Params", "".join(given))
            for call in ast.walk(function) if names else ():
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "self._request":
                    method, path = (_text(argument) for argument in call.args[:2])
                    path = re.sub(r"\{\w+\}", "{name}", path)
                    yield method.upper(), path, modules[names[0]], names[0]


def _text(node: ast.expr) -> str:
    """Read a literal, also one that is formatted."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return str(ast.literal_eval(node))


def _fields(path: Path, name: str) -> Type:
    fields: dict[str, Type] = {}
    required = []
    for line in _classes(path)[name].body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            field, text = line.target.id, line.annotation
            if field != "expand":
                fields[field] = _type(text, path)
            if not ast.unparse(text).startswith("NotRequired["):
                required.append(field)
    return {"fields": fields, "required": required} if required else {"fields": fields}


def _type(text: ast.expr, path: Path) -> Type:
    if isinstance(text, ast.Constant):
        return _type(ast.parse(str(text.value), mode="eval").body, path)
    if isinstance(text, ast.Name):
        return _fields(path, text.id) if text.id in _classes(path) else _PLAIN[text.id]
    if isinstance(text, ast.BinOp):
        return _either([_type(text.left, path), _type(text.right, path)])
    assert isinstance(text, ast.Subscript), ast.dump(text)
    parts = text.slice.elts if isinstance(text.slice, ast.Tuple) else [text.slice]
    return _subscripted(ast.unparse(text.value), parts, path)


def _subscripted(kind: str, parts: list[ast.expr], path: Path) -> Type:
    if kind == "Literal":
        return {"enum": [ast.literal_eval(part) for part in parts]}
    types = [_type(part, path) for part in parts]
    if kind == "List":
        return {"list": types[0]}
    if kind in ("Dict", "UntypedStripeObject"):
        return {"map": types[-1]}
    return _either(types)  # Union, NotRequired


def _either(options: list[Type]) -> Type:
    """Join alternatives. The SDK leaves enums open for later versions; ours is one version."""
    flat = [o for option in options for o in _alternatives(option)]
    unset = {"enum": [""]} in flat
    unique: list[Type] = []
    for option in flat:
        if option not in unique and option != {"enum": [""]}:
            unique.append(option)
    if any("enum" in option for option in unique if isinstance(option, dict)):
        unique = [option for option in unique if option != "string"]
    joined = unique[0] if len(unique) == 1 else {"any": unique}
    return {"unset": joined} if unset else joined


def _alternatives(option: Type) -> list[Type]:
    if isinstance(option, dict) and "any" in option:
        return list(option["any"])
    if isinstance(option, dict) and "unset" in option:
        return [{"enum": [""]}, *_alternatives(option["unset"])]
    return [option]


def table() -> dict[str, Type]:
    """Return the parameters of each of the sandbox's routes that Stripe's SDK knows."""
    known = {
        (method, path): (module, name)
        for service in sorted(_SDK.rglob("_*_service.py"))
        for method, path, module, name in _calls(service)
    }
    wanted = [
        (r.method, re.sub(r"\(\?P<\w+>\[\^/\]\+\)", "{name}", r.path.pattern)) for r in ROUTES
    ]
    return {
        f"{method} {path}": _fields(*known[method, path])
        for method, path in wanted
        if (method, path) in known
    }


def text() -> str:
    """Write the table as it is kept: one route a line."""
    lines = [
        f"{json.dumps(route)}: {json.dumps(fields, separators=(',', ':'))}"
        for route, fields in table().items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(text(), "utf-8")
