"""Erase a person on request: of one order, or whoever has an e-mail address.

An order that still waits for its payment is left: its buyer is needed. The ledger stays.
"""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.storage import erasure, event_bodies, orders
from checkout_service.storage.database import Database


@frozen
class Erased:
    """Orders the person was taken out of, bodies of events emptied besides, and orders not yet."""

    orders: int = 0
    events: int = 0
    unfinished: tuple[str, ...] = ()


@frozen
class ErasePerson:
    database: Database
    clock: Clock

    def of_order(self, order_id: str) -> Erased:
        """Erase one order's. Raises NotFound."""
        with self.database.read() as connection:
            if orders.order_of(connection, order_id) is None:
                raise NotFound
        if not self._erase([order_id]):
            return Erased(unfinished=(order_id,))
        self.database.settle_file()
        return Erased(orders=1)

    def of_email(self, email: str) -> Erased:
        """Erase all orders of an address, and every body it is written in."""
        erased: set[str] = set()
        left: list[str] = []
        for names in erasure.of_email(self.database, email):
            done = self._erase(names)
            erased |= done
            left += (name for name in names if name not in done)
        emptied = sum(event_bodies.empty_holding(self.database, email))
        self.database.settle_file()
        return Erased(len(erased), emptied, tuple(left))

    def _erase(self, names: list[str]) -> set[str]:
        now = self.clock.now()
        return self.database.write(lambda c: erasure.erase_orders(c, names, now=now))
