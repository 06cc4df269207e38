"""Hold every request to what Stripe limits: texts, lists, and what only goes with `confirm`.

The table is cut from Stripe's own description (tests keep it whole); see `limits.json`: a tree of
the most characters by name, where null is no limit and what is not there has the usual 5000.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import ApiError, invalid
from .store import Json

_TABLE: Json = json.loads(Path(__file__).with_name("limits.json").read_text("utf-8"))
_USUAL = 5000
_SHOWN = 10


def check(route: str, params: Json) -> None:
    """Refuse what is too much, or what needs `confirm`. Raises ApiError."""
    limits = _TABLE.get(route, {})
    _check_confirm(limits.get("with_confirm", ()), params, route)
    for name, most in limits.get("most", {}).items():
        if isinstance(params.get(name), list) and len(params[name]) > most:
            raise invalid(name, f"A maximum of {most} {name.replace('_', ' ')} are supported.")
    longest = limits.get("longest", {})
    for name, value in params.items():
        texts = list(_texts(longest.get(name, _USUAL), value, name))
        for text, at, most in texts:
            if most is not None and len(text) > most:
                raise invalid(at, _too_long(text, most, at))
        together = limits.get("together", {}).get(name)
        if together is not None and sum(len(text) for text, *_ in texts) > together:
            raise invalid(name, f"A maximum of {together} characters of {name} are supported.")


def _check_confirm(names: list[str], params: Json, route: str) -> None:
    if params.get("confirm") == "true":
        return
    for name in names:
        if name in params:
            kind = "SetupIntent" if "setup_intents" in route else "PaymentIntent"
            raise ApiError(
                f"The parameter {name} cannot be passed when creating a {kind} unless confirm is "
                "set to true.",
                param=name,
            )


def _texts(limit: Any, value: Any, at: str) -> Iterator[tuple[str, str, int | None]]:
    """Return each text, where it is, and how long it may be."""
    if not isinstance(value, dict | list):
        yield value, at, _USUAL if isinstance(limit, dict) else limit
        return
    inner = limit if isinstance(limit, dict) else {}
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        most = inner.get(name, inner.get("*", _USUAL))
        yield from _texts(most, one, f"{at}[{name}]")


def _too_long(text: str, most: int, at: str) -> str:
    if at.removesuffix("]").endswith("statement_descriptor"):
        return (
            f"The statement descriptor must be at most {most} characters. {text} is {len(text)} "
            "characters long."
        )
    shown = f"{text[:_SHOWN]}...{text[-_SHOWN:]}"
    return f"Invalid string: {shown}; must be at most {most} characters"
