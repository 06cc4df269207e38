"""Which invoice of a subscription a payment pays: neither it nor its refund says so.

https://docs.stripe.com/api/invoice-payment/list
"""

from __future__ import annotations

from typing import Any

from checkout_service.domain.facts.snapshots import InvoiceView
from checkout_service.domain.frozen import frozen

from . import routes
from .calls import Calls, reading
from .fields import maybe_object
from .intents import check_intent_id
from .translate_billing import invoice_view


@frozen
class StripeRenewals:
    """See the protocol for what it promises and raises."""

    calls: Calls

    def invoice_of(self, intent_id: str) -> InvoiceView | None:
        check_intent_id(intent_id)
        by_intent = {"type": "payment_intent", "payment_intent": intent_id}
        params: dict[str, Any] = {"payment": by_intent, "expand": ["data.invoice"]}
        page = self.calls.page(routes.LIST_INVOICE_PAYMENTS, params)
        with reading():
            for item in page.items:
                shown = invoice_view(maybe_object(item.get("invoice"), "invoice"))
                if shown is not None:
                    return shown
        return None
