"""JSON read strictly: UTF-8, one object, no name twice, no NaN, no depth or number bombs.

Depth is measured before anything is parsed, long numbers are refused before they are read, and a
stranger's card number before anything else is done with the body.

What Python's parser lets pass (duplicate names, Infinity, lone surrogates) is where two readers
of one body begin to disagree.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, ParamSpec, TypeVar

from flask import Request, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from checkout_service.domain.errors import Fault, InvalidInput

from .card_numbers import refuse_card_numbers

P = ParamSpec("P")
R = TypeVar("R")

MAX_BYTES = 64 * 1024
_MAX_DEPTH = 16
_MAX_DIGITS = 32
# A text that is not closed ends with the body: looked at once, however it goes on.
_TEXT_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)


class _NamedParts(FormDataParser):
    """A reader of forms that refuses a part without a name: no field is called None."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        stream, form, files = super().parse(*args, **kwargs)
        if None in form or None in files:
            for _, file in files.items(multi=True):  # noqa: PERF102 - values() are the first ones
                file.close()
            raise BadRequest("A part of the form has no name.")
        return stream, form, files


class StrictRequest(Request):
    """A request whose `get_json` gives a checked object, or raises.

    400 for what is no JSON, 413, 415, and InvalidInput for JSON that is no object, whose texts no
    database could keep, or in which a stranger sends a card number.
    """

    form_data_parser_class = _NamedParts

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: FBT001, FBT002, ARG002 - Flask's own signature
        if "strict_json" not in self.__dict__:
            self.__dict__["strict_json"] = self._read_strictly()
        return self.__dict__["strict_json"]

    def _read_strictly(self) -> Any:
        if self.mimetype != "application/json" or self.headers.get("Content-Encoding"):
            raise UnsupportedMediaType("Send the body as application/json.")
        data = self.get_data()
        if len(data) > MAX_BYTES:
            raise RequestEntityTooLarge
        body: Any = parse(data)
        faults = list(_unkeepable(body, ""))
        if not isinstance(body, dict):
            faults = [Fault("", "the body must be a JSON object")]
        if faults:
            raise InvalidInput(faults)
        refuse_card_numbers(body)
        return body


def body_may_be_missing(view: Callable[P, R]) -> Callable[P, R]:
    """Read a request without a body as an empty object; stands right above `input`."""

    @functools.wraps(view)
    def lenient(*args: P.args, **kwargs: P.kwargs) -> R:
        if not request.get_data():
            request.__dict__["strict_json"] = {}
        return view(*args, **kwargs)

    return lenient


def refuse_body() -> None:
    """Refuse anything but no body or an empty object. Raises InvalidInput."""
    if request.get_data() and request.get_json() != {}:
        raise InvalidInput([Fault("", "this request has no body")])


def parse(data: bytes) -> Any:
    """Parse bytes as strict JSON. Raises BadRequest."""
    if _is_deeper_than(data, _MAX_DEPTH):
        raise BadRequest("The body is nested too deeply.")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_int=_integer,
            parse_float=_number,
        )
    except ValueError:
        raise BadRequest("The body is not JSON.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError
    return value


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError
    return int(text)


def _number(text: str) -> float:
    if len(text) > _MAX_DIGITS:
        raise ValueError
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _is_deeper_than(data: bytes, most: int) -> bool:
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(data):
        if found[0] in b"[{":
            depth += 1
            if depth > most:
                return True
        elif found[0] in b"]}":
            depth -= 1
    return False


def _unkeepable(value: Any, loc: str) -> Iterator[Fault]:
    """Name every text that PostgreSQL or UTF-8 cannot hold: NUL, or half a surrogate pair."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            yield Fault(loc, "holds a character that no text may hold")
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = f"{loc}.{name}".lstrip(".")
            yield from (Fault(loc, fault.message) for fault in _unkeepable(name, loc))
            yield from _unkeepable(item, inner)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unkeepable(item, f"{loc}.{place}".lstrip("."))
