"""Whose fault it is that Stripe refuses to open what was asked for."""

from __future__ import annotations

from checkout_service.domain.errors import CheckoutError, SessionRefused, StripeRejected
from checkout_service.domain.order.cart import Cart


def of_cart(cart: Cart, refusal: StripeRejected) -> CheckoutError:
    """Return a refusal as the caller's to mend, if the cart hands anything through to Stripe."""
    handed = cart.session or cart.customer or cart.by_email
    if not handed or refusal.permission or not refusal.reason:
        return refusal
    return SessionRefused(str(refusal), stripe_code=refusal.reason)
