"""Parameters that Stripe knows and the sandbox does not act on.

They are refused by name: nobody is to believe in what would not happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .errors import ApiError
from .modelled import MODELLED, SHOWN, WITHOUT_EFFECT
from .store import Json

ALL = None  # what stands for a field with everything inside it


def tree(lines: Iterable[str]) -> Json:
    """Read lines of `modelled`: the fields by name, each a tree, `ALL`, or its only value."""
    root: Json = {}
    for line in lines:
        where, _, names = line.rpartition(": ")
        node = root
        for step in where.split(".") if where else ():
            node = node.setdefault(step, {})
        for name in names.split():
            field, only, value = name.partition("=")
            node[field] = value if only else ALL
    return root


_KNOWN = {
    route: tree((*lines, *SHOWN.get(route, ()), *WITHOUT_EFFECT.get(route, ())))
    for route, lines in MODELLED.items()
}


def check(route: str, params: Json) -> None:
    """Refuse what would be ignored. Raises ApiError naming the parameter."""
    for found in strange(_KNOWN.get(route, {}), params):
        raise not_modelled(found)


def strange(known: Any, given: Any, where: str = "") -> Iterator[str]:
    """Name what is given and not known, each at the height where nothing of it is."""
    if isinstance(known, str):
        if given != known:
            yield where
    elif isinstance(known, dict):
        for name, value in _parts(given):
            at = f"{where}[{name}]" if where else name
            if name in known or "*" in known:
                yield from strange(known.get(name, known.get("*")), value, at)
            else:
                yield at


def _parts(given: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(given, dict):
        return given.items()
    if isinstance(given, list):
        return ((str(place), item) for place, item in enumerate(given))
    return ()  # an empty text, which takes it all away


def not_modelled(param: str) -> ApiError:
    return ApiError(
        f"The sandbox does not model {param}; at Stripe it would have an effect.",
        code="parameter_not_modelled",
        param=param,
    )
