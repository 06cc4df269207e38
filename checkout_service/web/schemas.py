"""What the API takes, as pydantic models: strict types, no unknown fields, bounded texts.

Whether a price exists and a quantity is allowed is the domain's to say, beside these faults.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from . import origins

MAX_METADATA_KEYS = 48  # Stripe allows 50; two are ours
_RESERVED = ("order_id", "checkout_attempt_id")
_EMAIL = re.compile(r"[^@\s<>()\\,;:\"\x00-\x1f\x7f]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")

# The languages of Stripe's page: https://docs.stripe.com/api/checkout/sessions/create#locale
Locale = Literal[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr",
    "fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt",
    "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
]  # fmt: skip


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{why}", {"why": message})


def _buyer_url(url: str) -> str:
    if not origins.may_send_buyer_to(url):
        raise _fault("must be an address on one of the allowed origins")
    return url


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
    return pairs


BuyerUrl = Annotated[str, Field(max_length=origins.MAX_URL), AfterValidator(_buyer_url)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Metadata = Annotated[dict[str, Annotated[str, Field(max_length=500)]], AfterValidator(_metadata)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Item(Body):
    """A choice from the catalog."""

    price: str = Field(min_length=1, max_length=100, examples=["poster-usd"])
    quantity: StrictInt = Field(examples=[1], description="from 1 to the price's own maximum")


class CreateSession(Body):
    """A cart, or the id of an order to try again."""

    items: list[Item] | None = Field(None, min_length=1, max_length=100)
    mode: Literal["payment", "subscription"] | None = None
    success_url: BuyerUrl | None = None
    cancel_url: BuyerUrl | None = None
    customer_email: Email | None = None
    client_reference_id: str | None = Field(None, min_length=1, max_length=200)
    metadata: Metadata | None = None
    locale: Locale | None = None
    allow_promotion_codes: bool | None = None
    order: str | None = Field(None, max_length=100, description="instead of all the others")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = self.model_fields_set
        if self.order is None and self.items is None:
            raise _fault("give items, or the order to try again")
        if self.order is not None and given != {"order"}:
            raise _fault("order stands alone: the order has its items already")
        return self
