"""A person has looked: take a hold down and settle what follows."""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain import changes
from checkout_service.domain.errors import NoSuchHold, NotFound
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.status import Hold
from checkout_service.domain.views import OrderView
from checkout_service.storage.database import Database

from .answer import order_view
from .settle_order import SettleOrder


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    database: Database
    settle_order: SettleOrder

    def __call__(self, order_id: str, name: str, *, by: str, source: str = "cli") -> OrderView:
        """Release a hold; the order is fulfilled if nothing else stands against it.

        Raises NotFound, NoSuchHold.
        """
        if not is_order_id(order_id):
            raise NotFound
        with self.database.read() as connection:
            order = order_view(connection, order_id)
        if name not in order.holds:
            raise NoSuchHold(name)
        self.database.write(
            lambda c: self.settle_order.record(
                c,
                order_id,
                [],
                source=source,
                change=changes.release(Hold(name)),
                reason=f"by {by}",
            )
        )
        with self.database.read() as connection:
            return order_view(connection, order_id)
