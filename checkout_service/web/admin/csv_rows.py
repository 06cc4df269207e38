"""Orders as CSV. Text that a spreadsheet would run as a formula is made plain text first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.views.orders import OrderView

_COLUMNS = (
    "id", "number", "created_at", "status", "fulfilled", "holds", "currency", "amount_total",
    "amount_paid",
    "amount_refunded", "amount_charged_back", "flow", "client_reference_id", "customer_email",
    "checkout_session", "payment_intent", "items",
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
        order.payment_intent or "", items,
    )  # fmt: skip
    return [plain(str(cell)) for cell in cells]


HEAD = ",".join(_COLUMNS) + "\r\n"
