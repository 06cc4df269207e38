"""Find the customer that Stripe keeps for an e-mail address: for the merchant's backend alone.

Whoever pays as a customer sees what that customer saved, and anybody can type an address. So only
orders of the backend that asked for it leave a customer behind, and only they find one.
"""

from __future__ import annotations

from dataclasses import replace

from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import Cart
from checkout_service.domain.ports.customers import Customers
from checkout_service.domain.session import fitting
from checkout_service.domain.status import AttemptKind
from checkout_service.storage.customers import kept_customer
from checkout_service.storage.database import Database

MADE = {"customer_creation": "always"}


@frozen
class FindCustomer:
    database: Database
    customers: Customers
    live: bool

    def whose(self, cart: Cart, kind: AttemptKind, mode: str, *, nonce: str | None) -> Cart:
        """Return the cart with its customer, where one is asked for by e-mail.

        Where none is kept a session makes one when it is paid, as a subscription does anyway; a
        PaymentIntent cannot, so one is made for it. Raises StripeUnavailable, StripeRejected.
        """
        if not cart.by_email or cart.customer_email is None:
            return cart
        known = self._kept(cart.customer_email)
        if kind is AttemptKind.INTENT:
            return replace(cart, customer=known or self._make(cart.customer_email, nonce))
        whose = {"customer": known} if known else fitting(MADE, mode)
        return replace(cart, session={**cart.session, **whose})

    def _kept(self, email: str) -> str | None:
        with self.database.read() as connection:
            known = kept_customer(connection, email, live=self.live)
        return known if known and self.customers.is_there(known) else None

    def _make(self, email: str, nonce: str | None) -> str:
        key = nonce and f"{nonce}.customer"
        return self.customers.create(email=email, idempotency_key=key)
