"""Sessions of Stripe's customer portal."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen

from . import routes
from .calls import Calls, reading
from .fields import Malformed, text


@frozen
class StripePortal:
    """See the protocol for what it promises and raises."""

    calls: Calls

    def open(self, customer: str, *, return_url: str, idempotency_key: str | None) -> str:
        params = {"customer": customer, "return_url": return_url}
        data = self.calls.post(routes.OPEN_PORTAL, params, key=idempotency_key)
        with reading(write=True):
            url = text(data, "url")
            if url is None:
                raise Malformed("url")
            return url
