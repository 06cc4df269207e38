"""What the buyer's page says of an order: exactly one state, and what may be offered in it."""

from __future__ import annotations

from dataclasses import replace

from checkout_service.domain.facts.buyer import Invoice, PaymentMethod
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.care import Shipment
from checkout_service.domain.postal import postal_lines
from checkout_service.domain.status import SETTLED, AttemptKind, Hold, OrderStatus
from checkout_service.domain.views.orders import ALL_THERE, GoingBack, OrderView
from checkout_service.web.context import catalog, shop, use_cases

from .languages import page_locale

_STATE_OF_STATUS = {
    OrderStatus.PAID: "paid",
    OrderStatus.PARTIALLY_REFUNDED: "paid",
    OrderStatus.REFUNDED: "refunded",
    OrderStatus.DISPUTED: "disputed",
    OrderStatus.CHARGED_BACK: "charged_back",
    OrderStatus.PENDING: "unpaid",
    OrderStatus.PROCESSING: "processing",
    OrderStatus.FAILED: "failed",
    OrderStatus.EXPIRED: "expired",
    OrderStatus.CANCELED: "expired",
}
# Where one state of the page has more than one face.
_FACE_OF_STATUS = {
    OrderStatus.PARTIALLY_REFUNDED: "partially_refunded",
    OrderStatus.CANCELED: "canceled",
}
_MAY_START_OVER = frozenset((OrderStatus.FAILED, OrderStatus.EXPIRED))


def page_of(
    order: OrderView, *, link: str | None = None, watch: str | None = None, mine: bool = False
) -> OrderPage:
    """Make the page of an order; of two payments the second shows in the order's ledger alone.

    The page of its own buyer has the receipt.
    """
    if mine:
        order = use_cases().confirm_payment.with_receipt(order)
    twice = Hold.DUPLICATE_PAYMENT in order.holds and order.status is OrderStatus.REFUNDED
    all_back = twice and use_cases().read_orders.is_all_back(order.id)
    page = OrderPage(order, link, watch, mine, all_back)
    if order.status not in SETTLED:
        return page
    return replace(page, going_back=use_cases().read_orders.going_back(order.id))


def with_shipments(page: OrderPage) -> OrderPage:
    """Show its own buyer where the parcels are; another read, so no page shows it unasked."""
    if not (page.mine and page.order.fulfilled):
        return page
    return replace(page, shipments=use_cases().read_orders.shipments(page.order.id))


def masked(email: str) -> str:
    """Return an address with its middle left out, such as b…r@example.com."""
    name, _, host = email.rpartition("@")
    last = name[2:][-1:]  # of a name of two letters no more than the first
    return f"{name[:1]}…{last}@{host}"


@frozen
class OrderPage:
    """An order as its page shows it. Amounts are minor units.

    `link` is the Payment Link this browser left by, `watch` what its page polls. `mine` says that
    this browser made the order: nobody else is shown how it was paid, or where its `shipments` are.
    `all_back` says that both payments of an order that was paid twice are back with the buyer, and
    `going_back` which refunds are not.
    """

    order: OrderView
    link: str | None = None
    watch: str | None = None
    mine: bool = False
    all_back: bool = False
    shipments: tuple[Shipment, ...] = ()
    going_back: GoingBack = ALL_THERE

    @property
    def state(self) -> str:
        """Name what became of the payment; `checking` while a hold keeps the goods."""
        settled = self.order.status in SETTLED
        if self.order.holds and not self.all_back and not (settled and self.order.fulfilled):
            return "checking"
        return _STATE_OF_STATUS[self.order.status]

    @property
    def face(self) -> str:
        """Name the icon of the page: its state, or what tells two of one state apart."""
        if self.state == "checking":
            return self.state
        face = _FACE_OF_STATUS.get(self.order.status, self.state)
        return self._face_of_money_back if face == "paid" else face

    @property
    def _face_of_money_back(self) -> str:
        """Name the face of a payment that is not all the shop's to keep; a failure comes first."""
        if self.going_back.fell_through:
            return "refund_failed"
        if self.going_back.on_its_way:
            return "refund_pending"
        return "partially_charged_back" if self.order.amount_charged_back else "paid"

    @property
    def never_opened(self) -> bool:
        """True if the last try never came to a page of Stripe's: no bank has refused anything."""
        order = self.order
        return self.state == "failed" and not (order.checkout_session or order.payment_intent)

    @property
    def may_start_over(self) -> bool:
        """True if paying anew can be offered: never while money may be on its way."""
        may = self.order.status in _MAY_START_OVER and self.state != "checking"
        return may and (not self.by_link or self.link is not None)

    @property
    def by_link(self) -> bool:
        """True if the order is paid through a Payment Link: no session of ours can."""
        return self.order.flow == AttemptKind.LINK

    @property
    def saves(self) -> bool:
        """True if nothing is bought: a way to pay is saved for later."""
        return not self.order.items

    @property
    def is_subscription(self) -> bool:
        """True if some of what was bought is due again, by today's catalog."""
        prices = (catalog().price(line.price or "") for line in self.order.items)
        return any(price.recurring for price in prices if price)

    @property
    def by_intent(self) -> bool:
        """True if the order is paid on the page with our own form."""
        return self.order.flow == AttemptKind.INTENT

    @property
    def may_be_paid(self) -> bool:
        """True if paying can be offered now, for the first time or anew."""
        return self.state in ("unpaid", "failed")

    @property
    def waits(self) -> bool:
        return not self.order.final

    @property
    def poll_url(self) -> str | None:
        """Return the address that tells when this page is out of date."""
        order = self.order
        if not self.waits or self.watch is not None:
            return self.watch if self.waits else None
        if order.checkout_session is not None:
            return f"/api/v1/checkout-sessions/{order.checkout_session}"
        if self.by_intent and order.payment_intent is not None:
            return f"/api/v1/payment-intents/{order.payment_intent}"
        if self.by_link:
            return f"/api/v1/payment-links/orders/{order.client_reference_id}"
        return None

    @property
    def paid_with(self) -> PaymentMethod | None:
        return self.order.payment_method if self._shows_payment else None

    @property
    def email(self) -> str | None:
        """Return where receipts go to, as much of it as its owner recognises."""
        customer = self.order.customer
        email = (customer.email if customer else None) or self.order.customer_email
        return masked(email) if email and self._shows_payment else None

    @property
    def delivery(self) -> list[str]:
        """Return the lines of the address that the goods go to."""
        shipping = self.order.shipping if self._shows_payment else None
        if shipping is None or shipping.address is None:
            return []
        to = shipping.address
        country = page_locale().territories.get(to.country or "", to.country)
        return postal_lines(shipping.name, to, country)

    @property
    def receipt_url(self) -> str | None:
        return self.order.receipt_url if self._shows_payment else None

    @property
    def invoice(self) -> Invoice | None:
        """Return the invoice over the payment, where there is a page or a file of it to show."""
        invoice = self.order.invoice if self._shows_payment else None
        return invoice if invoice and (invoice.url or invoice.pdf) else None

    @property
    def subscribes(self) -> bool:
        """True if its buyer can be led to where subscriptions are managed."""
        customer = self.order.customer if self._shows_payment else None
        if not shop().manage_subscriptions or customer is None or customer.id is None:
            return False
        sold = (use_cases().list_products.sold_at(line.price or "") for line in self.order.items)
        return any(price.recurring for one in sold if one for price in one.prices)

    @property
    def _shows_payment(self) -> bool:
        return self.mine and self.order.status in SETTLED and self.state != "checking"

    @property
    def adjusted(self) -> bool:
        """True if Stripe's page changed the total: a discount, tax or shipping."""
        order = self.order
        return bool(order.amount_discount or order.amount_tax or order.amount_shipping)

    @property
    def total(self) -> int:
        return self.order.total
