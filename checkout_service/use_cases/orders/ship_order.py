"""Say that an order is on its way to the buyer, and tell the merchant's backend so.

No fact of a payment: nothing is settled by it, and no status moves.
"""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound, StaleOrder
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import id_from, is_order_id
from checkout_service.domain.order.care import NotFulfilled, Parcel, Shipment
from checkout_service.domain.order.settlement import Message, MessageKind
from checkout_service.domain.views import shapes
from checkout_service.storage import care
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.ledger.diff import Cause, plan_message
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.ledger.write import write


@frozen
class ShipOrder:
    database: Database
    clock: Clock
    heard: bool  # somebody wants messages

    def ship(self, order_id: str, parcel: Parcel, *, nonce: str, by: str, source: str) -> Shipment:
        """Write the parcel down once for a nonce, with the one message that tells of it.

        Raises NotFound, NotFulfilled.
        """
        if not is_order_id(order_id):
            raise NotFound
        shipment = Shipment(id_from("shp", nonce), parcel, by, self.clock.now())
        self.database.write(lambda c: self._ship(c, order_id, shipment, source))
        return shipment

    def _ship(
        self, connection: Transaction, order_id: str, shipment: Shipment, source: str
    ) -> None:
        loaded = load_ledger(connection, order_id)
        if loaded is None:
            raise NotFound
        if not loaded.ledger.fulfilled:
            raise NotFulfilled
        if not care.add_shipment(connection, order_id, shipment):
            return
        message = Message(MessageKind.SHIPPED, shipment.id)
        cause = Cause(source, at=shipment.shipped_at)
        data = {"shipment": shapes.shipment(shipment)}
        if not write(connection, plan_message(loaded, message, cause, data, heard=self.heard)):
            raise StaleOrder(order_id)
