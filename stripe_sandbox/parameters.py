"""Hold every request to the parameters Stripe knows: names at any depth, types, choices.

The table is read from the SDK of the pinned version (tests keep it so); this package never
imports the SDK.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .errors import ApiError, invalid, missing
from .store import Json

_TABLE: Json = json.loads(Path(__file__).with_name("parameters.json").read_text("utf-8"))
_ANCHOR = _TABLE["POST /v1/subscriptions/{name}"]["fields"]["billing_cycle_anchor"]
# What the SDK does not send but others do, and what only a sandbox takes.
_MORE = {
    "POST /v1/payment_links": {"id": "string"},
    "POST /v1/payment_intents/{name}/confirm": {"client_secret": "string"},
    "POST /v1/subscriptions/{name}": {
        "billing_cycle_anchor": {"any": [{"enum": ["now", "unchanged"]}, _ANCHOR]}
    },
}
# No API of the SDK's: browsers and Stripe's command line send it.
_OFF_TABLE = {
    "GET /v1/payment_pages/{name}": {"client_secret": "string", "key": "string"},
    "POST /v1/payment_pages/{name}/confirm": {
        "client_secret": "string", "email": "email", "expected_amount": "integer",
        "key": "string", "payment_method": "string",
    },
}  # fmt: skip
_OLDER = {  # taken of callers whose version is older
    "POST /v1/checkout/sessions": {"payment_method_types": {"list": "string"}},
    "POST /v1/payment_intents": {"payment_method_types": {"list": "string"}},
    "POST /v1/setup_intents": {"payment_method_types": {"list": "string"}},
}
_EMAILS = ("customer_email", "email", "instructions_email", "receipt_email")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_INTENTS = ("POST /v1/payment_intents", "POST /v1/setup_intents")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")


def _take_cards() -> None:
    """Let browsers send a card's number with an intent: the SDK leaves it out of its types."""
    of_methods = _TABLE["POST /v1/payment_methods"]["fields"]
    for route in _TABLE:
        data = _TABLE[route]["fields"].get("payment_method_data")
        if data is not None and route.startswith(_INTENTS):
            data["fields"] |= {name: of_methods[name] for name in ("card", "type")}


def _know_emails(kind: Any, *, named: bool = False) -> Any:
    """Return a kind of value whose texts, where they are called so, are addresses."""
    if kind == "string":
        return "email" if named else kind
    if not isinstance(kind, dict):
        return kind
    if "fields" in kind:
        fields = {n: _know_emails(k, named=n in _EMAILS) for n, k in kind["fields"].items()}
        return kind | {"fields": fields}
    return {
        word: _know_emails(inner, named=named and word == "unset")
        if isinstance(inner, dict | str)
        else [_know_emails(one, named=named) for one in inner]
        for word, inner in kind.items()
    }


_take_cards()
_TABLE |= {route: _know_emails(_TABLE[route]) for route in _TABLE if route.startswith("POST")}
LOCALES = frozenset(_TABLE["POST /v1/checkout/sessions"]["fields"]["locale"]["enum"])
_ENDPOINTS = _TABLE["POST /v1/webhook_endpoints"]["fields"]
EVENTS = frozenset(_ENDPOINTS["enabled_events"]["list"]["enum"]) - {"*"}
VERSIONS = frozenset(_ENDPOINTS["api_version"]["enum"])


def check(route: str, params: Json, *, older: bool) -> None:
    """Refuse what Stripe would not know. Raises ApiError."""
    known = _TABLE.get(route) or {"fields": _OFF_TABLE.get(route, {})}
    if "payment_method_types" in params and route in _OLDER and not older:
        raise ApiError(
            "payment_method_types is no longer supported: use allowed_payment_method_types, or "
            "leave it out and Stripe chooses.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
    fields = known["fields"] | _MORE.get(route, {}) | _OLDER.get(route, {})
    _check_fields({**known, "fields": fields}, params, "")


def _check_fields(known: Json, given: Json, where: str) -> None:
    for name, value in given.items():
        at = f"{where}[{name}]" if where else name
        if name not in known["fields"]:
            raise _unknown(at, name, known["fields"])
        _check(known["fields"][name], value, at)
    for name in known.get("required", ()):
        if name not in given:
            raise missing(f"{where}[{name}]" if where else name)


def _unknown(at: str, name: str, known: Json) -> ApiError:
    close = get_close_matches(name, known, n=1)
    hint = f". Did you mean {close[0]}?" if close else ""
    return ApiError(f"Received unknown parameter: {at}{hint}", code="parameter_unknown", param=at)


def _check(kind: Any, value: Any, at: str) -> None:
    if isinstance(kind, str):
        _check_plain(kind, value, at)
        return
    for word, check_it in _CHECKS.items():
        if word in kind:
            check_it(kind, value, at)
            return


def _check_unset(kind: Json, value: Any, at: str) -> None:
    if value != "":
        _check(kind["unset"], value, at)


def _check_list(kind: Json, value: Any, at: str) -> None:
    if not isinstance(value, list):
        raise invalid(at, "Invalid array")
    for place, item in enumerate(value):
        _check(kind["list"], item, f"{at}[{place}]")


def _check_map(kind: Json, value: Any, at: str) -> None:
    for name, item in _table(value, at).items():
        if item != "":
            _check(kind["map"], item, f"{at}[{name}]")


def _check_table(kind: Json, value: Any, at: str) -> None:
    _check_fields(kind, _table(value, at), at)


def _table(value: Any, at: str) -> Json:
    if not isinstance(value, dict):
        raise invalid(at, "Invalid object")
    return value


def _check_plain(kind: str, value: Any, at: str) -> None:
    if not isinstance(value, str):
        raise invalid(at, f"Invalid {'string' if kind == 'email' else kind}")
    if value == "":
        raise ApiError(
            f"You passed an empty string for '{at}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{at}' cannot be unset. You should remove '{at}' from "
            "your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=at,
        )
    if kind == "integer" and not _INTEGER.fullmatch(value):
        raise invalid(at, f"Invalid integer: {value}", "parameter_invalid_integer")
    if kind == "number" and not _NUMBER.fullmatch(value):
        raise invalid(at, f"Invalid decimal: {value}")
    if kind == "email" and not EMAIL.fullmatch(value):
        raise invalid(at, f"Invalid email address: {value}", "email_invalid")
    if kind == "boolean" and value not in ("true", "false"):
        raise invalid(at, f"Invalid boolean: {value}")


def _check_choice(kind: Json, value: Any, at: str) -> None:
    known = [str(choice) for choice in kind["enum"]]
    if not isinstance(value, str) or value not in known:
        *others, last = known
        choices = f"one of {', '.join(others)}, or {last}" if others else last
        raise invalid(at, f"Invalid {at}: must be {choices}")


def _check_any(kind: Json, value: Any, at: str) -> None:
    """Take what fits one of the alternatives; complain in the words of the likeliest."""
    kinds = kind["any"]
    nested = isinstance(value, dict)
    likely = [k for k in kinds if (isinstance(k, dict) and "enum" not in k) == nested] or kinds
    for one in likely[:-1]:
        try:
            _check(one, value, at)
        except ApiError:
            continue
        return
    _check(likely[-1], value, at)


_CHECKS: dict[str, Callable[[Json, Any, str], None]] = {
    "unset": _check_unset,
    "any": _check_any,
    "enum": _check_choice,
    "list": _check_list,
    "map": _check_map,
    "fields": _check_table,
}
