"""Whose fault it is that Stripe refuses to open what was asked for."""

from __future__ import annotations

from checkout_service.domain.errors import CheckoutError, SessionRefused, StripeRejected
from checkout_service.domain.order.cart import Cart, PricedItem


def of_cart(cart: Cart, refusal: StripeRejected) -> CheckoutError:
    """Return a refusal as the caller's to mend, if the cart says anything of its own to Stripe."""
    handed = cart.session or cart.customer or cart.by_email or cart.currency
    priced = any(isinstance(item, PricedItem) for item in cart.items)
    if not (handed or priced) or refusal.permission or not refusal.reason:
        return refusal
    return SessionRefused(str(refusal), stripe_code=refusal.reason)
