"""A completed session of one of our Payment Links finds its order, or becomes one of its own.

The reference is a claim anybody can type into a link's address: on another link than its order's
it pays nothing for that order, and its money is held as an order of the link that was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from checkout_service.domain import changes
from checkout_service.domain.catalog import Catalog, PaymentLink
from checkout_service.domain.changes import unchanged
from checkout_service.domain.ids import is_reference
from checkout_service.domain.snapshots import SessionView, Subject
from checkout_service.domain.status import Hold
from checkout_service.storage import orders
from checkout_service.storage.database import Database
from checkout_service.storage.finding import find_order

from .settle_order import SettleOrder
from .start_link import StartLink


@dataclass(frozen=True, slots=True)
class AdoptSession:
    database: Database
    catalog: Catalog
    settle_order: SettleOrder
    start_link: StartLink

    def __call__(
        self, view: SessionView, *, source: str, news: Sequence[Subject] = ()
    ) -> str | None:
        """Settle the order this session belongs to; give its id, or None if it is not ours.

        `news` is what else the same look told of its payment: refunds and disputes.
        """
        found = (view, *news)
        with self.database.read() as connection:
            order_id = find_order(connection, view)
        if order_id is not None:
            self.database.write(
                lambda c: self.settle_order.record(c, order_id, found, source=source, looked=True)
            )
            return order_id
        link = self.catalog.link_of_stripe(view.payment_link or "")
        if link is None or view.status != "complete":
            return None
        return self._order_of_its_own(link, view, found, source)

    def _order_of_its_own(
        self, link: PaymentLink, view: SessionView, found: Sequence[Subject], source: str
    ) -> str:
        """Write the order and its payment down together: half of it would lose the hold."""
        nonce = f"session:{view.id}"
        draft = self.start_link.draft(link, nonce=nonce, reference=view.client_reference_id)

        def adopt(connection: Connection) -> str:
            self.start_link.insert(connection, draft)
            order_id = str(orders.order_by_nonce(connection, nonce))
            attempt = orders.attempt_rows(connection, order_id)[0]
            stolen = _is_of_another(connection, view.client_reference_id, attempt.id)
            self.settle_order.record(
                connection,
                order_id,
                found,
                source=source,
                looked=True,
                change=changes.hold(Hold.WRONG_LINK, attempt.id) if stolen else unchanged,
            )
            return order_id

        return self.database.write(adopt)


def _is_of_another(connection: Connection, reference: str | None, attempt_id: str) -> bool:
    """Say whether we handed this reference to another order."""
    if reference is None or not is_reference(reference):
        return False
    found = orders.attempt_by_reference(connection, reference, other_than=attempt_id)
    return found is not None
