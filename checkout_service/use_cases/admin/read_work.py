"""What waits for a person: counted for every page of the desk, and listed."""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.schedule import ENDS_SOON
from checkout_service.domain.views.work import ENDING, EndingOrder, HeldOrder, Work
from checkout_service.storage import authorisations, details
from checkout_service.storage.admin import waiting
from checkout_service.storage.admin.held import held_orders
from checkout_service.storage.database import Database
from checkout_service.storage.order_views import views_of_ids

from .quarantine import counts


@frozen
class ReadWork:
    database: Database
    clock: Clock

    def count(self) -> Work:
        """Count what waits, each kind up to a thousand."""
        with self.database.read() as connection:
            known = waiting.waiting(connection)
            return Work(
                held=known.held,
                disputes=known.disputes,
                quarantined=sum(counts(connection).values()),
                dead=known.dead,
                ending=waiting.ending_soon(connection, before=self.clock.now() + ENDS_SOON),
            )

    def held(self, *, limit: int) -> tuple[HeldOrder, ...]:
        """List what is held, the one that waits longest first, each with why."""
        with self.database.read() as connection:
            orders = held_orders(connection, limit=limit)
            why = details.holds_up(connection, [order.id for order in orders])
        return tuple(HeldOrder(order, tuple(why[order.id])) for order in orders)

    def ending(self, *, limit: int) -> tuple[EndingOrder, ...]:
        """List the money on cards that is let go within a week, the first to end first."""
        with self.database.read() as connection:
            found = authorisations.ending(connection, before=self.clock.now() + ENDING, limit=limit)
            orders = views_of_ids(connection, [one.order_id for one in found])
        return tuple(
            EndingOrder(orders[one.order_id], one.until) for one in found if one.order_id in orders
        )
