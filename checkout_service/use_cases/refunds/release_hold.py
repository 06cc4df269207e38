"""A person has looked: take a hold down and settle what follows."""

from __future__ import annotations

import logging

from checkout_service.domain.errors import GatewayError, NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.holds import NoSuchHold
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.order import changes
from checkout_service.domain.status import Hold
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage.database import Database
from checkout_service.use_cases.orders.answer import order_view
from checkout_service.use_cases.settle.look_at_order import LookAtOrder
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

log = logging.getLogger(__name__)


@frozen
class ReleaseHold:
    database: Database
    settle_order: SettleOrder
    look_at_order: LookAtOrder

    def release(self, order_id: str, name: str, *, by: str, source: str = "cli") -> OrderView:
        """Release a hold; the order is fulfilled if nothing else stands against it.

        A look at Stripe tells whether the money is still there; while Stripe does not answer the
        order waits for the sweep's. Raises NotFound, NoSuchHold.
        """
        if not is_order_id(order_id):
            raise NotFound
        if name not in self._view(order_id).holds:
            raise NoSuchHold(name)
        settlement = self.settle_order.settle(
            Case(source, order_id=order_id, change=changes.release(Hold(name)), reason=f"by {by}")
        )
        if Hold(name) not in settlement.before.active_holds:
            raise NoSuchHold(name)  # somebody else released it meanwhile
        if settlement.look_wanted:
            try:
                self.look_at_order.look(order_id, source=source, urgent=True)
            except GatewayError as error:
                log.warning("release.no_look", extra={"order_id": order_id, "reason": error.code})
        return self._view(order_id)

    def _view(self, order_id: str) -> OrderView:
        with self.database.read() as connection:
            return order_view(connection, order_id)
