"""What the API takes, as pydantic models: strict types, no unknown fields, bounded texts.

Whether a price exists and a quantity is allowed is the domain's to say, beside these faults.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictInt,
    Tag,
    model_validator,
)

from checkout_service.web.http.problems import CHOSEN, PRICED

from . import schemas
from .fields import (
    BuyerUrl,
    Email,
    Given,
    Locale,
    Metadata,
    OrderId,
    Readable,
    Reference,
    Says,
    Shown,
    fault,
    without_default,
)
from .ways_back import REDIRECTS, RETURN_URL, UI_MODE, Redirects, UiMode, check_way_back


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Item(Body):
    """A choice from the catalog."""

    model_config = ConfigDict(json_schema_extra=schemas.of_the_catalog)

    price: str = Field(min_length=1, max_length=100, examples=["poster-usd"])
    quantity: StrictInt = Field(examples=[1], description="from 1 to the price's own maximum")


Items = Annotated[list[Item], Field(min_length=1, max_length=100)]


class CartBody(Body):
    """A cart from the catalog, with what goes with an order."""

    items: Annotated[Items | None, Given()] = Field(None, json_schema_extra=without_default)
    mode: Literal["payment", "subscription"] | None = None
    customer_email: Email | None = None
    client_reference_id: Reference | None = None
    metadata: Metadata | None = None
    locale: Locale | None = None
    allow_promotion_codes: bool | None = None
    order: Annotated[OrderId | None, Given()] = Field(
        None, description="an order to try again", json_schema_extra=without_default
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.order is None and self.items is None:
            raise fault("give items, or the order to try again")
        return self


class CreateSession(CartBody):
    """A cart, or the id of an order to try again."""

    model_config = ConfigDict(json_schema_extra=schemas.of_session)

    success_url: BuyerUrl | None = None
    cancel_url: BuyerUrl | None = None
    ui_mode: UiMode | None = UI_MODE
    return_url: BuyerUrl | None = RETURN_URL
    redirect_on_completion: Redirects | None = REDIRECTS

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.order is not None and self.model_fields_set != {"order"}:
            raise fault("order stands alone: the order has its items already")
        return check_way_back(self)


class UpdateItems(Body):
    """All that an open session is to sell from now on."""

    items: Items


class CreateIntent(CartBody):
    """A cart, or an order to try again, with its new items if the buyer changed the cart."""

    model_config = ConfigDict(json_schema_extra=schemas.items_or("order", "items"))

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.order is not None and not self.model_fields_set <= {"order", "items"}:
            raise fault("beside order there may be items, nothing else")
        return self


class AdjustableQuantity(Body):
    """How few and how many of a line the buyer may choose on Stripe's page."""

    minimum: StrictInt = Field(1, ge=0, le=999_999)
    maximum: StrictInt = Field(99, ge=1, le=999_999)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise fault("the minimum is above the maximum")
        return self

    @property
    def bounds(self) -> tuple[int, int]:
        return self.minimum, self.maximum


class ChosenLine(Item):
    """A choice from the catalog, by the merchant's own backend."""

    adjustable_quantity: AdjustableQuantity | None = None


class PricedLine(Body):
    """A line that the merchant's own backend priced."""

    name: Shown = Field(min_length=1, max_length=250, examples=["Poster, framed"])
    unit_amount: StrictInt = Field(examples=[2500], description="minor units")
    currency: str = Field(pattern="^[a-z]{3}$", examples=["usd"])
    quantity: StrictInt = Field(1, ge=1, le=999_999)
    adjustable_quantity: AdjustableQuantity | None = None
    tax_behavior: Literal["inclusive", "exclusive"] | None = Field(
        None, description="whether tax is inside the amount or on top of it"
    )


def _kind_of_line(line: Any) -> str:
    chosen = isinstance(line, ChosenLine) or (isinstance(line, dict) and "price" in line)
    return CHOSEN if chosen else PRICED


OrderLine = Annotated[
    Annotated[PricedLine, Tag(PRICED)] | Annotated[ChosenLine, Tag(CHOSEN)],
    Discriminator(_kind_of_line),
]

BY_EMAIL = "by_email"
CustomerId = Annotated[str, Field(max_length=255, pattern=f"^(cus_[A-Za-z0-9]+|{BY_EMAIL})$")]
_StripeName = Annotated[Readable, Field(min_length=1, max_length=255)]


class Discount(Body):
    """A Coupon or a Promotion Code of the merchant's, by its id at Stripe."""

    coupon: _StripeName | None = None
    promotion_code: _StripeName | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.coupon is None) is (self.promotion_code is None):
            raise fault("name a coupon or a promotion_code")
        return self


class CreateOrder(Body):
    """A cart of the merchant's backend, or mode `setup`, and the way it will be paid."""

    model_config = ConfigDict(json_schema_extra=schemas.of_order)

    items: list[OrderLine] = Field(default=[], max_length=100)
    flow: Literal["checkout_session", "payment_intent"] = "checkout_session"
    mode: Literal["payment", "subscription", "setup"] | None = Field(
        None, description="`setup`: nothing is sold, a way to pay is saved for later"
    )
    currency: str | None = Field(
        None, pattern="^[a-z]{3}$", description="of mode `setup`; otherwise the items say it"
    )
    success_url: BuyerUrl | None = None
    cancel_url: BuyerUrl | None = None
    ui_mode: UiMode | None = UI_MODE
    return_url: BuyerUrl | None = RETURN_URL
    redirect_on_completion: Redirects | None = REDIRECTS
    customer_email: Email | None = None
    client_reference_id: Reference | None = None
    metadata: Metadata | None = None
    locale: Locale | None = None
    allow_promotion_codes: bool | None = None
    capture: Literal["automatic", "manual"] | None = Field(
        None, description="`manual`: the payment is authorised, and taken by a capture of yours"
    )

    session: dict[str, Any] | None = Field(
        None,
        description="parameters of Stripe's Checkout Session, handed through: "
        "docs/merchant/session-parameters.md",
        examples=[{"custom_text": {"submit": {"message": "We ship on Mondays."}}}],
    )
    customer: CustomerId | None = Field(
        None,
        description="a Customer of yours at Stripe, in place of customer_email; or `by_email`: the "
        "one kept from the last such order of this customer_email, else this order makes one",
    )
    discounts: list[Discount] | None = Field(
        None, max_length=1, description="a coupon or promotion code that you grant"
    )

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        for name in ("customer", "discounts"):
            if getattr(self, name) is not None and name in (self.session or {}):
                raise fault(f"{name} is in session as well: say it once")
        return self

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if self.customer != BY_EMAIL:
            return self
        if self.customer_email is None:
            raise fault("customer by_email needs the customer_email")
        for name in ("customer_account", "customer_creation"):
            if name in (self.session or {}):
                raise fault(f"customer is by_email: {name} in session would say another thing")
        return self

    @model_validator(mode="after")
    def _urls_need_a_page(self) -> Self:
        named = (name for name in schemas.OF_A_PAGE if getattr(self, name) is not None)
        if self.flow == "payment_intent" and (name := next(named, None)):
            raise fault(f"{name} belongs to the flow checkout_session")
        return check_way_back(self)


Amount = Annotated[StrictInt, Field(ge=1)]
IntentId = Annotated[str, Field(max_length=255), Says({"pattern": "^pi_[A-Za-z0-9]+$"})]


class CreateRefund(Body):
    """How much to give back, and of which payment: by default the rest of the winning one."""

    amount: Annotated[Amount | None, Given()] = Field(
        None,
        description="minor units; left out: all that is left",
        json_schema_extra=without_default,
    )
    payment_intent: Annotated[IntentId | None, Given()] = Field(
        None,
        description="left out: the payment that the order was fulfilled for",
        json_schema_extra=without_default,
    )
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    metadata: Metadata | None = None


class CaptureOrder(Body):
    """How much of what is authorised to take."""

    amount: Annotated[Amount | None, Given()] = Field(
        None,
        description="minor units; left out: all that is authorised",
        json_schema_extra=without_default,
    )


class CreatePortalSession(Body):
    """Where the portal leads back to."""

    return_url: BuyerUrl


class Nothing(Body):
    """A request without a body, or with an empty object."""
