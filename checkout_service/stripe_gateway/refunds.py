"""Refunds: ask for one, find those of a payment."""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.domain.facts.fact import Fact, fact_of_answer
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.refunds import RefundRequest

from . import routes
from .calls import Calls, reading
from .intents import check_intent_id
from .params import refund_params
from .translate import refund_view


@frozen
class StripeRefunds:
    """See the protocol for what each promises and raises."""

    calls: Calls

    def create(self, request: RefundRequest) -> Fact:
        check_intent_id(request.intent_id)
        asked_at = self.calls.clock.now()
        data = self.calls.post(
            routes.CREATE_REFUND, refund_params(request), key=request.idempotency_key
        )
        with reading(write=True):
            return fact_of_answer(refund_view(data), asked_at=asked_at)

    def find(self, intent_id: str) -> Iterator[Fact]:
        for page in self.calls.pages(
            routes.LIST_REFUNDS, {"payment_intent": intent_id}, urgent=True
        ):
            with reading():
                views = [refund_view(item) for item in page.items]
            yield from (fact_of_answer(view, asked_at=page.asked_at) for view in views)
