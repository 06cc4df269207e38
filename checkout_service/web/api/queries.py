"""What the lists of the API take behind the question mark: texts, so numbers are read leniently."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from checkout_service.domain.clock import from_rfc3339
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.order_filter import OrderFilter

from .fields import Moment, Readable

_Word = Annotated[Readable, Field(min_length=1, max_length=500)]


class ListOrders(BaseModel):
    """Which orders to list."""

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
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of a page before")

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
    limit: int = Field(100, ge=1, le=100)
