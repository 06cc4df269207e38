"""Open Stripe's customer portal for whoever bought an order."""

from __future__ import annotations

from checkout_service.domain.errors import NoCustomer, NotFound, PullMode
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.ports.portal import Portal
from checkout_service.storage.database import Database

from .answer import order_view


@frozen
class OpenPortal:
    database: Database
    portal: Portal
    pull_mode: bool

    def open(self, order_id: str, *, return_url: str, nonce: str | None = None) -> str:
        """Return a short-lived url of the portal: whoever has it may change the customer's cards.

        The same nonce asks Stripe under the same key, which gives the same url for a day.
        Raises NotFound, NoCustomer, PullMode, StripeUnavailable, StripeRejected.
        """
        if self.pull_mode:
            raise PullMode
        if not is_order_id(order_id):
            raise NotFound
        with self.database.read() as connection:
            order = order_view(connection, order_id)
        if order.customer is None or order.customer.id is None:
            raise NoCustomer
        return self.portal.open(order.customer.id, return_url=return_url, idempotency_key=nonce)
