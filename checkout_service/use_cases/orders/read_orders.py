"""Read orders for pages, the merchant's API and people; never writes, never calls Stripe."""

from __future__ import annotations

from checkout_service.domain.cursor import page_of, read_cursor
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import is_order_id
from checkout_service.domain.order.care import Shipment
from checkout_service.domain.session import HOSTED
from checkout_service.domain.status import AttemptState
from checkout_service.domain.views.order_filter import EVERY_ORDER, OrderFilter
from checkout_service.domain.views.orders import GoingBack, OrderDetail, OrderPage, OrderView
from checkout_service.storage import (
    care,
    details,
    due_orders,
    money_writes,
    order_list,
    orders,
    subscriptions,
)
from checkout_service.storage.customers import BY_EMAIL
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.read import load_ledger

from .answer import order_view


@frozen
class ReadOrders:
    database: Database

    def view(self, order_id: str) -> OrderView:
        """Return one order. Raises NotFound."""
        if not is_order_id(order_id):
            raise NotFound
        with self.database.read() as connection:
            return order_view(connection, order_id)

    def detail(self, order_id: str) -> OrderDetail:
        """Return one order with all that hangs on it and its trail. Raises NotFound."""
        if not is_order_id(order_id):
            raise NotFound
        with self.database.read() as connection:
            order = order_view(connection, order_id)
            return OrderDetail(
                order=order,
                attempts=details.attempts_of(connection, order_id),
                refunds=details.refunds_of(connection, order_id),
                disputes=details.disputes_of(connection, order_id),
                warnings=details.warnings_of(connection, order_id),
                trail=details.trail_of(connection, order_id),
                holds=details.holds_of(connection, order_id),
                shipments=care.shipments_of(connection, order_id),
                subscriptions=subscriptions.of_order(connection, order_id),
                open_writes=money_writes.unfinished_of(connection, order_id),
                quarantined=due_orders.quarantined_look_of(connection, order_id),
            )

    def shipments(self, order_id: str) -> tuple[Shipment, ...]:
        """List the parcels of an order, for whoever bought it."""
        with self.database.read() as connection:
            return care.shipments_of(connection, order_id)

    def going_back(self, order_id: str) -> GoingBack:
        """Add up the refunds of an order that the buyer does not have yet."""
        with self.database.read() as connection:
            return GoingBack.of(details.refunds_of(connection, order_id))

    def is_all_back(self, order_id: str) -> bool:
        """True if whatever was paid for the order, by any payment, is back with the buyer."""
        with self.database.read() as connection:
            loaded = load_ledger(connection, order_id, lock=False)
        return loaded is not None and loaded.ledger.is_all_back

    def open_url(self, order_id: str) -> str | None:
        """Return the url of the order's open session, or None."""
        with self.database.read() as connection:
            tries = orders.attempts_of(connection, order_id)
        opened = (a for a in reversed(tries) if a.state is AttemptState.OPEN and a.ours)
        return next((attempt.url for attempt in opened), None)

    def ui_mode(self, order_id: str) -> str:
        """Return where the order's sessions are paid, in Stripe's word. Raises NotFound."""
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
        if order is None:
            raise NotFound
        found: str = order.options.get("ui_mode", HOSTED)
        return found

    def names_customer(self, order_id: str) -> bool:
        """True if whoever pays the order sees what a customer of Stripe's has saved."""
        with self.database.read() as connection:
            order = orders.order_of(connection, order_id)
        said = {} if order is None else order.options
        named = said.get("session", {})
        return bool(
            said.get(BY_EMAIL)
            or said.get("customer")
            or named.get("customer")
            or named.get("customer_account")
        )

    def page(
        self, wanted: OrderFilter = EVERY_ORDER, *, limit: int, cursor: str | None = None
    ) -> OrderPage:
        """List orders newest first. Raises InvalidInput for a cursor that is not ours."""
        before = None if cursor is None else read_cursor(cursor)
        with self.database.read() as connection:
            found = order_list.page(connection, wanted, before=before, limit=limit + 1)
        return OrderPage(*page_of(found, limit=limit, at=lambda order: order.created_at))
