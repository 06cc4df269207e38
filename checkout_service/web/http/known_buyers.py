"""Orders that name a customer of Stripe's: whoever pays one sees what that customer saved.

An order's id is in addresses that are handed on. For these orders it opens nothing by itself: the
way to the payment is the shop's backend's to give, or the browser's that the order was made in.
"""

from __future__ import annotations

from checkout_service.web.context import use_cases

from . import order_cookie
from .callers import is_merchant, unauthorized


def may_pay(order_id: str) -> bool:
    """True if this caller may be led to where the order is paid."""
    known = is_merchant() or order_cookie.is_mine(order_id)
    return known or not use_cases().read_orders.names_customer(order_id)


def demand_may_pay(order_id: str) -> None:
    """Let nobody else start an order over. Raises Unauthorized."""
    if not may_pay(order_id):
        raise unauthorized("The order names a customer: only the shop's backend starts it over.")
