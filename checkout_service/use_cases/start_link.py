"""Way in 3: a pending order with an unguessable reference, and the Payment Link that carries it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import Connection

from checkout_service.domain import ids
from checkout_service.domain.cart import Line, line_of
from checkout_service.domain.catalog import Catalog, PaymentLink
from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import Fault, InvalidInput, NotFound
from checkout_service.domain.gateway import PaymentGateway
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus
from checkout_service.domain.views import LinkAnswer
from checkout_service.storage import orders
from checkout_service.storage.database import Database

from .answer import order_view


@dataclass(frozen=True, slots=True)
class StartLink:
    database: Database
    gateway: PaymentGateway
    clock: Clock
    catalog: Catalog
    live: bool
    sweep_interval: int  # milliseconds

    def __call__(self, link_id: str, *, nonce: str) -> LinkAnswer:
        """Make the pending order of a Payment Link; the same nonce is the same order.

        Raises NotFound for an unknown link. Never calls Stripe, unless the price is Stripe's.
        """
        link = self.catalog.link(link_id)
        if link is None:
            raise NotFound
        order_id = ids.new_id("ord")
        reference = ids.new_id("ref")
        self.make(link, order_id=order_id, nonce=nonce, reference=reference)
        return self.known(nonce)

    def known(self, nonce: str) -> LinkAnswer:
        """Describe the order this nonce made. Raises NotFound."""
        with self.database.read() as connection:
            order_id = orders.order_by_nonce(connection, nonce)
            if order_id is None:
                raise NotFound
            attempt = orders.attempt_rows(connection, order_id)[0]
            order = order_view(connection, order_id)
        link = self.catalog.link_of_stripe(attempt.link_id)
        if link is None:
            raise NotFound
        return LinkAnswer(
            url=with_reference(link.url, attempt.reference),
            client_reference_id=attempt.reference,
            order=order,
        )

    def make(self, link: PaymentLink, *, order_id: str, nonce: str, reference: str | None) -> bool:
        """Write an order of this link down; False if the nonce made one before."""
        line = self._line(link)
        return self.database.write(
            lambda c: self._insert(c, link, line, order_id, nonce, reference)
        )

    def _line(self, link: PaymentLink) -> Line:
        faults: list[Fault] = []
        price = self.catalog.price(link.price)
        line = price and line_of(price, link.quantity, self.gateway.price, "link", faults)
        if not line:
            raise InvalidInput(faults or [Fault("link", "its price is unknown")])
        return line

    def _insert(  # noqa: PLR0917 - one row's parts
        self,
        connection: Connection,
        link: PaymentLink,
        line: Line,
        order_id: str,
        nonce: str,
        reference: str | None,
    ) -> bool:
        now = self.clock.now()
        row = {
            "id": order_id,
            "nonce": nonce,
            "flow": AttemptKind.LINK.value,
            "status": OrderStatus.PENDING.value,
            "amount_total": line.amount,
            "currency": line.currency,
            "livemode": self.live,
            "mode": "subscription" if line.recurring else "payment",
            "client_reference_id": reference,
            "created_at": now,
            "updated_at": now,
            "look_due_at": now + self.sweep_interval,
        }
        if not orders.insert_order(connection, row, [line]):
            return False
        attempt_id = ids.new_id("att")
        return orders.insert_attempt(
            connection,
            {
                "id": attempt_id,
                "order_id": order_id,
                "seq": 1,
                "kind": AttemptKind.LINK.value,
                "state": AttemptState.OPEN.value,
                "idempotency_key": attempt_id,
                "link_id": link.stripe_payment_link,
                "reference": reference,
                "created_at": now,
            },
        )


def with_reference(url: str, reference: str) -> str:
    """Add the reference to a Payment Link's address, keeping what it carries already."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("client_reference_id", reference)]
    return urlunsplit(parts._replace(query=urlencode(query)))
