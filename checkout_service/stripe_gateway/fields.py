"""Read single fields out of Stripe's JSON. A wrong type raises Malformed, never a TypeError.

Text a buyer may have typed is cleaned, not refused: an odd name must not cost an event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checkout_service.domain.clock import SECOND
from checkout_service.domain.texts import has_control_characters, why_unreadable

Json = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,100}", re.ASCII)
_LARGEST = 2**53  # fits every column, and every JSON reader
_LATEST = 253_402_300_799  # the year 9999, in seconds


class Malformed(ValueError):
    """Stripe's JSON is not of the shape we rely on; the message names the field only."""


def wants_object(value: object, what: str) -> Json:
    if not isinstance(value, dict):
        raise Malformed(what)
    return value


def maybe_object(value: object, what: str) -> Json:
    """Read null as an empty object."""
    return {} if value is None else wants_object(value, what)


def identifier(data: Json, key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed(key)
    return value


def reference(data: Json, key: str) -> str | None:
    """Read the id of another object, which may be given as its id, expanded, or null."""
    value = data.get(key)
    if value is None:
        return None
    return identifier(value if isinstance(value, dict) else {"id": value}, "id")


def word(data: Json, key: str) -> str:
    """Read one of Stripe's own words, such as a status or a type."""
    value = data.get(key)
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Malformed(key)
    return value


def maybe_word(data: Json, key: str) -> str | None:
    return None if data.get(key) is None else word(data, key)


def text(data: Json, key: str) -> str | None:
    """Read text from outside; unusable text reads as none."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(key)
    return value if value and why_unreadable(value) is None else None


def address(data: Json, key: str, *, live: bool) -> str | None:
    """Read a web address a buyer may be sent to; in live mode only https will do.

    One that nobody may be sent to reads as none: what else the object says must not be lost.
    """
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(key)
    schemes = ("https://",) if live else ("https://", "http://")
    return value if value.startswith(schemes) and not has_control_characters(value) else None


def number(data: Json, key: str) -> int:
    """Read an amount in minor units; null reads as 0."""
    value = data.get(key)
    if value is None:
        return 0
    if type(value) is not int or abs(value) > _LARGEST:
        raise Malformed(key)
    return value


def flag(data: Json, key: str) -> bool:
    value = data.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Malformed(key)
    return value


def livemode(data: Json) -> bool:
    """Read whether real money moves; this one must be said."""
    value = data.get("livemode")
    if not isinstance(value, bool):
        raise Malformed("livemode")
    return value


def maybe_moment(data: Json, key: str) -> int | None:
    """Read a time: Stripe's seconds become our milliseconds, UTC."""
    if data.get(key) is None:
        return None
    seconds = number(data, key)
    if not 0 <= seconds <= _LATEST:
        raise Malformed(key)
    return seconds * SECOND


def moment(data: Json, key: str) -> int:
    return maybe_moment(data, key) or 0


def maybe_secret(data: Json) -> str | None:
    """Read a client secret: it is handed on and kept nowhere."""
    secret = data.get("client_secret")
    return secret if isinstance(secret, str) and secret else None
