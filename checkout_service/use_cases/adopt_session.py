"""A completed session of one of our Payment Links finds its order, or becomes one of its own.

The reference is a claim anybody can type into a link's address: on another link than its order's
it pays nothing for that order, and its money is held as an order of the link that was paid.
"""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain import changes, ids
from checkout_service.domain.catalog import Catalog
from checkout_service.domain.changes import Change, unchanged
from checkout_service.domain.snapshots import SessionView
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

    def __call__(self, view: SessionView, *, source: str) -> str | None:
        """Settle the order this session belongs to; give its id, or None if it is not ours."""
        with self.database.read() as connection:
            order_id = find_order(connection, view)
        change: Change = unchanged
        if order_id is None:
            order_id, change = self._order_of_its_own(view)
        if order_id is None:
            return None
        self.database.write(
            lambda c: self.settle_order.record(
                c, order_id, [view], source=source, looked=True, change=change
            )
        )
        return order_id

    def _order_of_its_own(self, view: SessionView) -> tuple[str | None, Change]:
        link = self.catalog.link_of_stripe(view.payment_link or "")
        if link is None or view.status != "complete":
            return None, unchanged
        nonce = f"session:{view.id}"
        self.start_link.make(
            link, order_id=ids.new_id("ord"), nonce=nonce, reference=view.client_reference_id
        )
        with self.database.read() as connection:
            order_id = orders.order_by_nonce(connection, nonce)
            attempt = orders.attempt_rows(connection, str(order_id))[0]
            stolen = orders.attempt_by_reference(
                connection, view.client_reference_id, other_than=attempt.id
            )
        if stolen is None:
            return order_id, unchanged
        return order_id, changes.hold(Hold.WRONG_LINK, attempt.id)
