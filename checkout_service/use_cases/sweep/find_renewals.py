"""Money went back of a payment nobody knows: ask Stripe, once, if it renewed a subscription.

A renewal is no attempt of its order's, so its refund or dispute names nothing that we know.
"""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.facts.snapshots import InvoiceView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.renewals import Renewals
from checkout_service.storage import renewals
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.order_lookup import order_of_subscription

from .isolation import each
from .sweep_report import SweepReport

_MOST = 20  # reads a sweep
_FIRST = "subscription_create"


@frozen
class FindRenewals:
    database: Database
    renewals: Renewals
    clock: Clock

    def find(self, report: SweepReport) -> None:
        """Look up what waits; its events find their order when they are tried again."""
        with self.database.read() as connection:
            found = renewals.unasked(connection, now=self.clock.now(), limit=_MOST)
        each(found, self._ask, report, name=lambda intent_id: intent_id)

    def _ask(self, intent_id: str) -> None:
        invoice = self.renewals.invoice_of(intent_id)
        self.database.write(lambda c: self._keep(c, intent_id, invoice))

    def _keep(self, connection: Transaction, intent_id: str, invoice: InvoiceView | None) -> None:
        order_id = None
        if invoice is not None and invoice.billing_reason != _FIRST:
            order_id, is_its_own = order_of_subscription(connection, invoice)
            if order_id is not None and not is_its_own:
                return  # its order has yet to learn which subscription it began: ask again then
        renewals.keep(connection, intent_id, order_id, invoice, now=self.clock.now())
