"""The fields of what the API takes: how each is checked, and what its schema says of that.

A schema says all that a schema can: a client that keeps to it hears no 422 but for what lies
between fields, such as two currencies in one cart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from checkout_service.domain.addresses import MAX_URL
from checkout_service.domain.texts import HIDDEN, has_hidden_characters, why_unreadable
from checkout_service.web.context import stripe_locales
from checkout_service.web.http import origins

MAX_METADATA_KEYS = 47  # Stripe allows 50; three are ours
_RESERVED = ("order_id", "checkout_attempt_id", "checkout_request_id", "checkout_choice")
_NAME = r"[^@\s<>()\\,;:\"\x00-\x1f\x7f-\x9f]{1,64}"
_HOST = r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
_EMAIL = re.compile(f"{_NAME}@{_HOST}")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class Says:
    """Adds to a field's schema what only a validator checks; a callable is asked when drawn."""

    def __init__(self, say: dict[str, Any] | Callable[[], dict[str, Any]]) -> None:
        self._say = say

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | (self._say() if callable(self._say) else self._say)


def fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{why}", {"why": message})


def without_default(schema: dict[str, Any]) -> None:
    """Leave out a default that is no value a caller may send."""
    del schema["default"]


def _buyer_url(url: str) -> str:
    if not origins.may_send_buyer_to(url):
        raise fault("must be an address on one of the allowed origins")
    return url


def _readable(text: str) -> str:
    """Take only what will come back from Stripe as it was given."""
    if why := why_unreadable(text):
        raise fault(why)
    return text


def _shown(text: str) -> str:
    """Take only what a reader sees all of."""
    if has_hidden_characters(text):
        raise fault("holds a character that nobody sees")
    return text


def _locale(word: str) -> str:
    if word not in stripe_locales():
        raise fault("must be a language of Stripe's page, such as de, or auto")
    return word


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise fault("must be an e-mail address")
    return text


def _metadata(pairs: dict[str, str]) -> dict[str, str]:
    if len(pairs) > MAX_METADATA_KEYS:
        raise fault(f"may have at most {MAX_METADATA_KEYS} keys")
    for key in pairs:
        if key in _RESERVED:
            raise fault(f"{key} is reserved for this service")
        if not 1 <= len(key) <= 40 or "[" in key or "]" in key:  # noqa: PLR2004
            raise fault("a key has 1 to 40 characters and no square brackets")
        if why := why_unreadable(key):
            raise fault(f"a key {why}")
    return pairs


def _moment(text: str) -> str:
    """Check an RFC 3339 time; digits alone would be read as seconds by others, as ms by us."""
    try:
        known = datetime.fromisoformat(text) if _RFC3339.fullmatch(text) else None
    except ValueError:
        known = None
    if known is None:
        raise fault("must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")
    return text


class Given:
    """May be left out and may not be null: to leave it out makes something happen.

    A null is mostly an accident. `Annotated[str | None, Given()]`, and None as the default.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_given, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        (value,) = (one for one in handler(schema)["anyOf"] if one != {"type": "null"})
        return cast("JsonSchemaValue", value)


def _given(value: Any) -> Any:
    if value is None:
        raise fault("is null; leave it out, or give a value")
    return value


Readable = Annotated[
    str, AfterValidator(_readable), Says({"pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"})
]
Shown = Annotated[
    Readable,
    AfterValidator(_shown),
    Says({"pattern": rf"^[^\u0000-\u001f\u007f-\u009f{HIDDEN}]*$"}),
]
Locale = Annotated[str, AfterValidator(_locale), Says(lambda: {"enum": list(stripe_locales())})]
Reference = Annotated[Readable, Field(min_length=1, max_length=200)]
BuyerUrl = Annotated[
    str,
    Field(max_length=MAX_URL),
    AfterValidator(_buyer_url),
    Says(lambda: {"pattern": origins.pattern_of_buyer_urls()}),
]
Email = Annotated[
    Readable,
    Field(max_length=254),
    AfterValidator(_email),
    Says({"pattern": f"^{_NAME}@{_HOST}$"}),
]
Metadata = Annotated[
    dict[str, Annotated[Readable, Field(max_length=500)]],
    AfterValidator(_metadata),
    Says(
        {
            "maxProperties": MAX_METADATA_KEYS,
            "propertyNames": {
                "pattern": r"^[^\u0000-\u001f\u007f-\u009f\[\]]{1,40}$",
                "not": {"enum": list(_RESERVED)},
            },
        }
    ),
]
OrderId = Annotated[str, Says({"pattern": r"^[^\u0000]*$"})]
Moment = Annotated[str, AfterValidator(_moment), Says({"format": "date-time"})]
