"""What a control route is given: a JSON object, whatever its content type says, of known names."""

from __future__ import annotations

import json

from flask import request

from .errors import ApiError, invalid, unknown
from .store import Json


def check() -> None:
    """Refuse a body that is no JSON object, and what stands in the address instead of it.

    On routes that need neither as well. Raises ApiError.
    """
    for name in request.args:
        raise unknown(name)
    _read()


def given(*names: str) -> Json:
    """Return the body of a call; an empty one has nothing to say. Raises ApiError."""
    body = _read()
    for name in body:
        if name not in names:
            raise unknown(name)
    return body


def whole() -> Json:
    """Return the body of a call whose reader knows the names itself. Raises ApiError."""
    return _read()


def _read() -> Json:
    text = request.get_data(parse_form_data=False)
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise invalid("body", "A JSON object is needed.")
    return body


def choice(body: Json, name: str, among: tuple[str, ...], default: str | None = None) -> str:
    """Read one of several words. Raises ApiError."""
    value = body.get(name, default)
    if value is None:
        raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
    if value not in among:
        raise invalid(name, f"{name} must be one of {', '.join(among)}")
    return str(value)


def whole_number(body: Json, name: str, default: int | None, most: int) -> int | None:
    """Read a whole number from 0 on. Raises ApiError."""
    value = body.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise invalid(name, f"{name} is a whole number from 0 to {most}")
    return value


def a_text(body: Json, name: str) -> str | None:
    """Read a text, or nothing. Raises ApiError."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, f"{name} is a text")
    return value
