"""Orders as CSV. Text that a spreadsheet would run as a formula is made plain text first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.facts.buyer import Address, Consent, Customer, Shipping
from checkout_service.domain.views.orders import OrderView

LINES = tuple(line.name for line in fields(Address))
_COLUMNS = (
    "id", "number", "created_at", "status", "fulfilled", "holds", "currency", "amount_total",
    "amount_paid",
    "amount_refunded", "amount_charged_back", "flow", "client_reference_id", "customer_email",
    "checkout_session", "payment_intent", "items",
    "customer_name", "customer_phone", "customer_address", "customer_tax_ids",
    "shipping_name", "shipping_phone", *(f"shipping_{line}" for line in LINES), "shipping_rate",
    "custom_fields", "consent_promotions", "consent_terms_of_service", "presentment_amount",
    "presentment_currency", "payment_method", "card_last4", "receipt_url", "invoice_url",
)  # fmt: skip
# https://owasp.org/www-community/attacks/CSV_Injection; full-width forms are read alike.
_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def plain(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula."""
    text = text.replace("\0", "")
    return f"'{text}" if text.lstrip(" \u00a0\ufeff\u200b").startswith(_FORMULA) else text


def rows(orders: Iterable[OrderView]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(_row(order) for order in orders)
    return out.getvalue()


def _row(order: OrderView) -> list[str]:
    """Write one order; amounts are minor units."""
    items = "; ".join(f"{line.quantity} x {line.name}" for line in order.items)
    cells = (
        order.id, order.number, rfc3339(order.created_at), order.status.value,
        str(order.fulfilled).lower(),
        " ".join(order.holds), order.currency, order.amount_total, order.amount_paid,
        order.amount_refunded, order.amount_charged_back, order.flow,
        order.client_reference_id or "", order.customer_email or "", order.checkout_session or "",
        order.payment_intent or "", items, *_buyer(order),
    )  # fmt: skip
    return [plain("" if cell is None else str(cell)) for cell in cells]


def _buyer(order: OrderView) -> tuple[object, ...]:
    """Write what the buyer told; an address to ship to by its lines, for labels."""
    customer, shipping = order.customer or Customer(), order.shipping or Shipping()
    to, rate = shipping.address or Address(), shipping.rate
    consent, method = order.consent or Consent(), order.payment_method
    return (
        customer.name, customer.phone, ", ".join(_lines(customer.address)),
        "; ".join(f"{tax_id.type} {tax_id.value}" for tax_id in customer.tax_ids),
        shipping.name, shipping.phone, *(getattr(to, line) for line in LINES),
        rate and (rate.name or rate.id),
        "; ".join(f"{field.key}: {field.value}" for field in order.custom_fields),
        consent.promotions, consent.terms_of_service,
        order.presentment and order.presentment.amount,
        order.presentment and order.presentment.currency,
        method and (method.brand or method.type), method and method.last4,
        order.receipt_url, order.invoice and order.invoice.url,
    )  # fmt: skip


def _lines(address: Address | None) -> list[str]:
    lines = [getattr(address, line) for line in LINES] if address else []
    return [line for line in lines if line]


HEAD = ",".join(_COLUMNS) + "\r\n"
