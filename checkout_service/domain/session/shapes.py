"""The types of Stripe's parameters, as its SDK declares them, and how a value misses its own.

A shape is `string`, `integer`, `boolean`, `number`, or one of {"enum": [...]}, {"list": shape},
{"map": shape}, {"fields": {name: shape}, "required": [...]} and {"unset": shape}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

from checkout_service.domain.texts import has_control_characters

Shape = Any
Fault = tuple[str, str]  # where, and what is wrong there

_MOST_SHOWN: Final = 12
_PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_UNREADABLE: Final = "holds a control character, or half of a character"
_WORDS: Final = {
    "string": "a text is needed",
    "integer": "a whole number is needed",
    "number": "a number is needed",
    "boolean": "true or false",
}


@cache
def parameters() -> Mapping[str, Shape]:
    """Return every parameter that a Checkout Session can be created with, and its shape."""
    text = Path(__file__).with_name("parameters.json").read_text("utf-8")
    table: dict[str, Shape] = json.loads(text)
    return table


def misfits(value: object, shape: Shape, where: str) -> Iterator[Fault]:
    """Name every place where a value is not of this shape."""
    if isinstance(shape, str):
        if not _is_plain(value, shape):
            yield where, _WORDS[shape]
        elif isinstance(value, str) and has_control_characters(value):
            yield where, _UNREADABLE
        return
    kind, inner = next(iter(shape.items()))
    match kind:
        case "enum":
            if not isinstance(value, str) or value not in inner:
                yield where, _choice(value, inner)
        case "unset":
            yield from misfits(value, inner, where)
        case "list":
            yield from _of_list(value, inner, where)
        case "map":
            yield from _of_map(value, inner, where)
        case _:
            yield from of_table(value, shape, where)


def of_table(value: object, shape: Shape, where: str) -> Iterator[Fault]:
    """Name what is unknown, missing or amiss in a table of named fields."""
    if not isinstance(value, Mapping):
        yield where, "a table is needed"
        return
    fields: Mapping[str, Shape] = shape["fields"]
    for name, inner in value.items():
        if name in fields:
            yield from misfits(inner, fields[name], f"{where}.{name}")
        else:
            near = get_close_matches(str(name), fields, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield f"{where}.{name}", f"Stripe knows no such parameter{hint}"
    for name in shape.get("required", ()):
        if name not in value:
            yield f"{where}.{name}", "it is needed here"


def _of_list(value: object, inner: Shape, where: str) -> Iterator[Fault]:
    if not isinstance(value, list | tuple):
        yield where, "a list is needed"
        return
    for place, one in enumerate(value):
        yield from misfits(one, inner, f"{where}.{place}")


def _of_map(value: object, inner: Shape, where: str) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield where, "a table is needed"
        return
    for name, one in value.items():
        if has_control_characters(str(name)):
            yield where, f"a name in it {_UNREADABLE}"
        else:
            yield from misfits(one, inner, f"{where}.{name}")


def _is_plain(value: object, shape: str) -> bool:
    if isinstance(value, bool):
        return shape == "boolean"
    if shape == "string":
        return isinstance(value, str) and value != ""
    return isinstance(value, _PLAIN[shape])


def _choice(value: object, words: list[str]) -> str:
    near = get_close_matches(value, words, 1) if isinstance(value, str) else []
    if near:
        return f"there is no such word; did you mean {near[0]}?"
    more = ", ..." if len(words) > _MOST_SHOWN else ""
    return f"one of {', '.join(words[:_MOST_SHOWN])}{more}"
