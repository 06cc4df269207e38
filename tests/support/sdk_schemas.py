"""JSON schemas of Stripe's objects and parameters, read from the installed SDK's annotations.

They always belong to the pinned version. Open enums stay open; every field of a class must be
there, and none that the class does not know.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastjsonschema
from stripe._object_classes import OBJECT_CLASSES

from stripe_sandbox.absent import ABSENT
from tests.support.stripe_spec import nulls_in

Json = dict[str, Any]
Check = Callable[[Any], Any]

_ROOT = Path((find_spec("stripe") or fastjsonschema).origin or "").parent
_PLAIN: dict[str, Json] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "Decimal": {"type": "string"},
    "Any": {},
    "object": {},
    "T": {},
    "UntypedStripeObject": {"type": "object"},
    "StripeObject": {"type": "object"},
}
# A request may be given as Python values or as the texts of a form.
_SENT = _PLAIN | {
    "int": {"type": ["integer", "string"], "pattern": r"^-?\d+$"},
    "float": {"type": ["number", "string"]},
    "bool": {"enum": [True, False, "true", "false"]},
    "Decimal": {"type": ["string", "number"]},
}
_LIST: Json = {
    "type": "object",
    "required": ["object", "data", "has_more", "url"],
    "properties": {
        "object": {"const": "list"},
        "data": {"type": "array"},
        "has_more": {"type": "boolean"},
        "url": {"type": "string"},
    },
    "additionalProperties": False,
}
# The SDK types its last page as if another one followed.
_SEARCHED: Json = {
    **_LIST,
    "required": [*_LIST["required"], "next_page"],
    "properties": {
        **_LIST["properties"],
        "object": {"const": "search_result"},
        "next_page": {"type": ["string", "null"]},
    },
}
# Not in every answer: only when expanded, only at creation, only for one kind, only when deleted.
_SOMETIMES = {
    "deleted", "line_items", "secret", "previous_attributes", "tiers", "currency_options",
    "breakdown", "custom", "radar_options", "reason", "generated_from", "cash_balance",
    "confirmation_secret", "invoice_credit_balance", "payments", "sources", "subscriptions",
    "tax", "tax_ids", "company", "controller", "external_accounts", "future_requirements",
    "groups", "individual", "requirements", "tos_acceptance", "connect_reserved",
    "instant_available", "issuing", "refund_and_dispute_prefunding", "after_expiration",
    "bacs_debit_payments", "card_issuing", "invoices", "payouts", "paypay_payments",
    "sepa_debit_payments", "treasury",
}  # fmt: skip
# Left out where there is nothing to say: never null, as Stripe's description has it.
_NEVER_NULL = {path.rsplit(".", 1)[-1] for paths in ABSENT.values() for path in paths}
_NOT_ALWAYS = re.compile("not included by default|not typically available")
_BY_KIND = re.compile(
    "FraudDetails|RadarOptions|LastPaymentError|Enhanced|Liability"
    "|Capabilities|SourceTypes|PaymentMethodOptions|PaymentMethodDetails|NextAction|DestinationDetails"
)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a name is looked up: the classes around it, then its module."""

    module: _Module
    classes: tuple[ast.ClassDef, ...]
    plain: dict[str, Json]

    def inside(self, node: ast.ClassDef) -> _Scope:
        return _Scope(self.module, (*self.classes, node), self.plain)

    def find(self, name: str) -> tuple[ast.ClassDef, _Scope] | None:
        for depth in range(len(self.classes), 0, -1):
            for node in self.classes[depth - 1].body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return node, _Scope(self.module, self.classes[:depth], self.plain)
        top = self.module.classes.get(name)
        return (top, _Scope(self.module, (), self.plain)) if top else None


class _Module:
    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text("utf-8"))
        self.classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


@cache
def _module(path: Path) -> _Module:
    return _Module(path)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            is_class_var = ast.unparse(line.annotation).startswith("ClassVar")
            if not is_class_var and not line.target.id.startswith("_"):
                yield line.target.id.removesuffix("_"), line.annotation


def _notes(node: ast.ClassDef) -> dict[str, str]:
    """Return what the SDK says of each field, in the text below it."""
    return {
        ast.unparse(line.target): ast.unparse(text)
        for line, text in pairwise(node.body)
        if isinstance(line, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


def _class(node: ast.ClassDef, scope: _Scope, *, sent: bool) -> Json:
    inside = scope.inside(node)
    fields = dict(_fields(node))
    properties = {name: _schema(text, inside) for name, text in fields.items()}
    if sent:
        required = [n for n, text in fields.items() if not _begins(text, "NotRequired")]
    else:
        required = [n for n, text in fields.items() if not _may_miss(n, text, node, fields)]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": not properties,
    }


def _begins(text: ast.expr, name: str) -> bool:
    return ast.unparse(text).startswith(f"{name}[")


def _may_miss(name: str, text: ast.expr, node: ast.ClassDef, fields: dict[str, Any]) -> bool:
    """True if an answer may lack a field: one branch of a tagged class, or rarely sent."""
    if not _begins(text, "Optional"):
        return name in ("deleted", "secret", "radar_options")
    if name in _NEVER_NULL:
        return True
    if _NOT_ALWAYS.search(_notes(node).get(name, "")):
        return True
    own = {inner.name for inner in node.body if isinstance(inner, ast.ClassDef)}
    branch = ast.unparse(text)[len("Optional[") : -1] in own and "type" in fields
    return name in _SOMETIMES or branch or bool(_BY_KIND.search(node.name))


def _schema(text: ast.expr, scope: _Scope) -> Json:
    if isinstance(text, ast.Constant):
        if isinstance(text.value, str):
            return _schema(ast.parse(text.value, mode="eval").body, scope)
        return {"type": "null"}
    if isinstance(text, ast.Name):
        return _named(text.id, scope)
    if isinstance(text, ast.BinOp):  # "A|B"
        return _any_of([_schema(text.left, scope), _schema(text.right, scope)])
    if isinstance(text, ast.Subscript):
        inner = text.slice.elts if isinstance(text.slice, ast.Tuple) else [text.slice]
        return _subscripted(ast.unparse(text.value), inner, scope)
    return {}


def _named(name: str, scope: _Scope) -> Json:
    found, sent = scope.find(name), scope.plain is _SENT
    # A class that stands by itself is a resource: it is checked where it is met.
    if found is not None and name not in scope.plain and (sent or found[1].classes):
        return _class(*found, sent=sent)
    return scope.plain.get(name, {"type": "object"})


def _subscripted(name: str, inner: list[ast.expr], scope: _Scope) -> Json:
    if name == "Literal":
        return {"enum": [node.value for node in inner if isinstance(node, ast.Constant)]}
    if name in ("Dict", "UntypedStripeObject"):
        return {"type": "object", "additionalProperties": _schema(inner[-1], scope) or True}
    if name in ("List", "Sequence"):
        return {"type": "array", "items": _schema(inner[0], scope)}
    if name == "ListObject":
        return _LIST
    options = [_schema(node, scope) for node in inner]
    more = {"Optional": {"type": "null"}, "ExpandableField": {"type": "string"}}.get(name)
    return _any_of([*options, *([more] if more else [])])


def _any_of(options: list[Json]) -> Json:
    """Join options; one that may be null keeps its own keywords, so that errors stay precise."""
    if {} in options:
        return {}
    solid = [option for option in options if option != {"type": "null"}]
    if len(solid) == 1 and len(options) == 2 and isinstance(solid[0].get("type"), str):
        return solid[0] | {"type": [solid[0]["type"], "null"]}
    return {"anyOf": options}


@cache
def _resource(kind: str) -> Check:
    if kind == "list":
        return _compile(_LIST)
    if kind == "search_result":
        return _compile(_SEARCHED)
    module, name = OBJECT_CLASSES[kind]
    path = _ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")
    scope = _Scope(_module(path), (), _PLAIN)
    return _compile(_class(scope.module.classes[name], scope, sent=False))


def _compile(schema: Json) -> Check:
    check: Check = fastjsonschema.compile(schema, use_default=False)
    return check


def check_answer(thing: Any, where: str = "") -> list[str]:
    """Hold an answer or an event to the SDK's classes, and to the description's nulls."""
    return check_resource(thing, where) + nulls_in(thing)


def check_resource(thing: Any, where: str = "") -> list[str]:
    """Compare an answer of Stripe's, and all objects inside it, with the SDK's classes."""
    if isinstance(thing, list):
        return [w for n, item in enumerate(thing) for w in check_resource(item, f"{where}[{n}]")]
    if not isinstance(thing, dict):
        return []
    wrong = []
    kind = thing.get("object")
    if isinstance(kind, str):
        wrong += _check_one(kind, thing, where or kind)
    for name, value in thing.items():
        wrong += check_resource(value, f"{where or kind}.{name}")
    return wrong


def _check_one(kind: str, thing: Json, where: str) -> list[str]:
    if kind not in OBJECT_CLASSES:
        return [f"{where}: the SDK knows no {kind}"]
    if thing.get("deleted") is True:
        return [] if set(thing) <= {"id", "object", "deleted"} else [f"{where}: more than deleted"]
    try:
        _resource(kind)(thing)
    except fastjsonschema.JsonSchemaValueException as error:
        return [f"{where}: {error.message[:400]}"]
    return []


@cache
def _params(operation: str) -> Check:
    """Find `checkout.sessions.create` in params/checkout/_session_create_params.py."""
    *nouns, verb = operation.split(".")
    folder = _ROOT / "params"
    while len(nouns) > 1 and (folder / nouns[0]).is_dir():
        folder /= nouns.pop(0)
    stem = "_".join([*(noun.removesuffix("s") for noun in nouns), verb, "params"])
    scope = _Scope(_module(folder / f"_{stem}.py"), (), _SENT)
    name = "".join(word.capitalize() for word in stem.split("_"))
    return _compile(_class(scope.module.classes[name], scope, sent=True))


def check_params(operation: str, params: Json) -> list[str]:
    """Compare a request's parameters with the SDK's, as in `checkout.sessions.create`."""
    try:
        _params(operation)(params)
    except fastjsonschema.JsonSchemaValueException as error:
        return [f"{operation}: {error.message[:400]}"]
    return []
