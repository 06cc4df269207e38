"""The balance as Stripe's own reports add it up: every movement is a transaction.

https://docs.stripe.com/reports/balance-transaction-types
"""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.domain.clock import SECOND
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.balance import Movement

from . import routes
from .calls import Calls, reading
from .fields import Json, identifier, moment, number, text, word


@frozen
class StripeBalance:
    """See the protocol for what it promises and raises."""

    calls: Calls

    def movements(self, *, created_from: int, created_to: int) -> Iterator[list[Movement]]:
        created = {"gte": created_from // SECOND, "lt": created_to // SECOND}
        for page in self.calls.pages(routes.LIST_MOVEMENTS, {"created": created}, urgent=True):
            with reading():
                found = [_movement(item) for item in page.items]
            yield found


def _movement(data: Json) -> Movement:
    return Movement(
        id=identifier(data, "id"),
        category=word(data, "reporting_category"),
        amount=number(data, "amount"),
        fee=number(data, "fee"),
        currency=word(data, "currency"),
        source=text(data, "source"),
        created=moment(data, "created"),
    )
