"""What the API takes, as pydantic models: strict types, no unknown fields, bounded texts.

Whether a price exists and a quantity is allowed is the domain's to say, beside these faults.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictInt,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from checkout_service.domain.clock import from_rfc3339
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.texts import why_unreadable
from checkout_service.domain.views.order_filter import OrderFilter
from checkout_service.web.context import stripe_locales
from checkout_service.web.http import origins

MAX_METADATA_KEYS = 47  # Stripe allows 50; three are ours
_RESERVED = ("order_id", "checkout_attempt_id", "checkout_request_id")
_EMAIL = re.compile(r"[^@\s<>()\\,;:\"\x00-\x1f\x7f]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{why}", {"why": message})


def _buyer_url(url: str) -> str:
    if not origins.may_send_buyer_to(url):
        raise _fault("must be an address on one of the allowed origins")
    return url


def _readable(text: str) -> str:
    """Take only what will come back from Stripe as it was given."""
    if why := why_unreadable(text):
        raise _fault(why)
    return text


def _locale(word: str) -> str:
    if word not in stripe_locales():
        raise _fault("must be a language of Stripe's page, such as de, or auto")
    return word


class _NamesLocales:
    """Lists the languages in the API's description, when it is asked for."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"enum": list(stripe_locales())}


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise _fault("must be an e-mail address")
    return text


def _metadata(pairs: dict[str, str]) -> dict[str, str]:
    if len(pairs) > MAX_METADATA_KEYS:
        raise _fault(f"may have at most {MAX_METADATA_KEYS} keys")
    for key in pairs:
        if key in _RESERVED:
            raise _fault(f"{key} is reserved for this service")
        if not 1 <= len(key) <= 40 or "[" in key or "]" in key:  # noqa: PLR2004
            raise _fault("a key has 1 to 40 characters and no square brackets")
        if why := why_unreadable(key):
            raise _fault(f"a key {why}")
    return pairs


Readable = Annotated[str, AfterValidator(_readable)]
Locale = Annotated[str, AfterValidator(_locale), _NamesLocales()]
Reference = Annotated[Readable, Field(min_length=1, max_length=200)]
BuyerUrl = Annotated[str, Field(max_length=origins.MAX_URL), AfterValidator(_buyer_url)]
Email = Annotated[Readable, Field(max_length=254), AfterValidator(_email)]
Metadata = Annotated[
    dict[str, Annotated[Readable, Field(max_length=500)]], AfterValidator(_metadata)
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Item(Body):
    """A choice from the catalog."""

    price: str = Field(min_length=1, max_length=100, examples=["poster-usd"])
    quantity: StrictInt = Field(examples=[1], description="from 1 to the price's own maximum")


class CartBody(Body):
    """A cart from the catalog, with what goes with an order."""

    items: list[Item] | None = Field(None, min_length=1, max_length=100)
    mode: Literal["payment", "subscription"] | None = None
    customer_email: Email | None = None
    client_reference_id: Reference | None = None
    metadata: Metadata | None = None
    locale: Locale | None = None
    allow_promotion_codes: bool | None = None
    order: str | None = Field(None, description="an order to try again")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.order is None and self.items is None:
            raise _fault("give items, or the order to try again")
        return self


class CreateSession(CartBody):
    """A cart, or the id of an order to try again."""

    success_url: BuyerUrl | None = None
    cancel_url: BuyerUrl | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.order is not None and self.model_fields_set != {"order"}:
            raise _fault("order stands alone: the order has its items already")
        return self


class CreateIntent(CartBody):
    """A cart, or an order to try again, with its new items if the buyer changed the cart."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.order is not None and not self.model_fields_set <= {"order", "items"}:
            raise _fault("beside order there may be items, nothing else")
        return self


class PricedLine(Body):
    """A line that the merchant's own backend priced."""

    name: Readable = Field(min_length=1, max_length=250, examples=["Poster, framed"])
    unit_amount: StrictInt = Field(examples=[2500], description="minor units")
    currency: str = Field(pattern="^[a-z]{3}$", examples=["usd"])
    quantity: StrictInt = Field(1, ge=1, le=999_999)


class CreateOrder(Body):
    """A cart priced by the merchant's backend, and the way it will be paid."""

    items: list[PricedLine] = Field(min_length=1, max_length=100)
    flow: Literal["checkout_session", "payment_intent"] = "checkout_session"
    mode: Literal["payment"] | None = None
    success_url: BuyerUrl | None = None
    cancel_url: BuyerUrl | None = None
    customer_email: Email | None = None
    client_reference_id: Reference | None = None
    metadata: Metadata | None = None
    locale: Locale | None = None
    allow_promotion_codes: bool | None = None

    @model_validator(mode="after")
    def _urls_need_a_page(self) -> Self:
        if self.flow == "payment_intent" and (self.success_url or self.cancel_url):
            raise _fault("success_url and cancel_url belong to the flow checkout_session")
        return self


def _without_default(schema: dict[str, Any]) -> None:
    """Leave out a default that is no value a caller may send."""
    del schema["default"]


class CreateRefund(Body):
    """How much to give back, and of which payment: by default the rest of the winning one."""

    # Left out it is all that is left; a null is no amount.
    amount: StrictInt = Field(
        None,  # type: ignore[assignment]
        ge=1,
        description="minor units; left out: all that is left",
        json_schema_extra=_without_default,
    )
    payment_intent: str | None = Field(None, max_length=255)
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    metadata: Metadata | None = None


class Nothing(Body):
    """A request without a body, or with an empty object."""


def _moment(text: str) -> str:
    """Check an RFC 3339 time; digits alone would be read as seconds by others, as ms by us."""
    try:
        known = datetime.fromisoformat(text) if _RFC3339.fullmatch(text) else None
    except ValueError:
        known = None
    if known is None:
        raise _fault("must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")
    return text


Moment = Annotated[str, AfterValidator(_moment), Field(json_schema_extra={"format": "date-time"})]
_Word = Annotated[Readable, Field(min_length=1, max_length=500)]


class ListOrders(BaseModel):
    """Which orders to list. Query texts, so the numbers are read leniently."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    status: OrderStatus | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    updated_after: Moment | None = None
    fulfilled_after: Moment | None = None
    client_reference_id: _Word | None = None
    customer_email: _Word | None = Field(None, description="exactly as it was given")
    checkout_session: _Word | None = None
    payment_intent: _Word | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=200)

    def filter(self) -> OrderFilter:
        """Return what is asked for, in our words."""
        asked = self.model_dump(mode="json", exclude={"limit", "cursor"})
        for name in ("created_after", "created_before", "updated_after", "fulfilled_after"):
            asked[name] = None if asked[name] is None else from_rfc3339(asked[name])
        return OrderFilter(**asked)


class ReadNotifications(BaseModel):
    """Where to go on in the list of all messages."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    after: str | None = Field(None, max_length=200, description="`next_cursor` of the last answer")
    limit: int = Field(100, ge=1, le=1000)
