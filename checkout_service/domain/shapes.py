"""The order object in JSON, one shape for the API and for notifications.

The public part holds no name, address or e-mail; the rest is for an API key or the merchant's
own backend.
"""

from __future__ import annotations

from typing import Any

from .clock import rfc3339
from .views import OrderView


def public_order(order: OrderView) -> dict[str, Any]:
    return {
        "id": order.id,
        "status": order.status.value,
        "fulfilled": order.fulfilled,
        "amount_total": order.amount_total,
        "amount_paid": order.amount_paid,
        "amount_refunded": order.amount_refunded,
        "currency": order.currency,
        "holds": list(order.holds),
        "livemode": order.livemode,
        "created_at": rfc3339(order.created_at),
        "items": [
            {
                "price": line.price,
                "name": line.name,
                "quantity": line.quantity,
                "unit_amount": line.unit_amount,
                "amount": line.amount,
            }
            for line in order.items
        ],
    }


def private_order(order: OrderView) -> dict[str, Any]:
    """Give the order as the merchant's own backend sees it."""
    return public_order(order) | {
        "client_reference_id": order.client_reference_id,
        "metadata": dict(order.metadata),
        "flow": order.flow,
        "customer_email": order.customer_email,
        "checkout_session": order.checkout_session,
        "payment_intent": order.payment_intent,
        "amount_discount": order.amount_discount,
        "amount_tax": order.amount_tax,
        "amount_shipping": order.amount_shipping,
    }
