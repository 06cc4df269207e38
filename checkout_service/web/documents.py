"""What the API answers, as models for the OpenAPI document. `answers.py` writes the real thing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from checkout_service.domain.status import Hold, OrderStatus


class Recurring(BaseModel):
    interval: Literal["day", "week", "month", "year"]
    interval_count: int


class PriceDocument(BaseModel):
    id: str
    currency: str = Field(description="three lower-case letters")
    unit_amount: int = Field(description="minor units")
    recurring: Recurring | None


class ProductDocument(BaseModel):
    id: str
    name: str
    description: str
    prices: list[PriceDocument]


class Products(BaseModel):
    data: list[ProductDocument]


class Config(BaseModel):
    publishable_key: str | None
    livemode: bool
    flows: list[Literal["checkout_session", "payment_intent", "payment_link"]]


class LineDocument(BaseModel):
    price: str | None
    name: str
    quantity: int
    unit_amount: int
    amount: int


class Order(BaseModel):
    """All that is public of an order. Amounts are minor units."""

    id: str
    status: OrderStatus
    fulfilled: bool
    amount_total: int
    amount_paid: int
    amount_refunded: int
    currency: str
    holds: list[Hold]
    livemode: bool
    created_at: datetime
    items: list[LineDocument]


class Session(BaseModel):
    id: str
    url: str | None
    status: Literal["open", "complete", "expired"]
    payment_status: Literal["unpaid", "paid", "no_payment_required"]
    expires_at: datetime | None
    final: bool = Field(description="the order waits for nothing, or a person looks at it")
    order: Order


class FaultDocument(BaseModel):
    loc: str
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FaultDocument] | None = None
