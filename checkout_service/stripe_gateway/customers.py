"""Customers: is one there, make one. What else Stripe knows of them is not read."""

from __future__ import annotations

from checkout_service.domain.errors import UnknownToStripe
from checkout_service.domain.frozen import frozen

from . import routes
from .calls import Calls, reading
from .fields import identifier


@frozen
class StripeCustomers:
    """See the protocol for what each promises and raises."""

    calls: Calls

    def is_there(self, customer_id: str) -> bool:
        try:
            data = self.calls.get(routes.LOOK_AT_CUSTOMER, {}, of=customer_id, urgent=True)
        except UnknownToStripe:
            return False
        return data.get("deleted") is not True

    def create(self, *, email: str, idempotency_key: str | None) -> str:
        data = self.calls.post(routes.CREATE_CUSTOMER, {"email": email}, key=idempotency_key)
        with reading(write=True):
            return identifier(data, "id")
