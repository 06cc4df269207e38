"""Erase a person on request: of one order, or whoever has an e-mail address.

An order that still waits for its payment is left: its buyer is needed. The ledger stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.storage import erasure, orders
from checkout_service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Erased:
    """Orders the person was taken out of, bodies of events emptied besides, and orders not yet."""

    orders: int = 0
    events: int = 0
    unfinished: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErasePerson:
    database: Database
    clock: Clock

    def of_order(self, order_id: str) -> Erased:
        """Erase one order's. Raises NotFound."""
        with self.database.read() as connection:
            if orders.order_of(connection, order_id) is None:
                raise NotFound
        if not self._erase(order_id):
            return Erased(unfinished=(order_id,))
        self.database.settle_file()
        return Erased(orders=1)

    def of_email(self, email: str) -> Erased:
        """Erase all orders of an address, and every body it is written in."""
        with self.database.read() as connection:
            names = erasure.of_email(connection, email)
        left = tuple(name for name in names if not self._erase(name))
        emptied = self.database.write(lambda c: erasure.empty_events_holding(c, email))
        self.database.settle_file()
        return Erased(len(names) - len(left), emptied, left)

    def _erase(self, order_id: str) -> bool:
        now = self.clock.now()
        return self.database.write(lambda c: erasure.erase_order(c, order_id, now=now))
