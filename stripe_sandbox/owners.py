"""Whose a way to pay is: one that is kept for a customer pays for that customer alone."""

from __future__ import annotations

from .errors import ApiError, invalid
from .store import Json


def check(kept: Json, customer: str | None, of: str) -> None:
    """Refuse an intent or a session, `of` its kind, another's way to pay. Raises ApiError."""
    owner = kept["customer"]
    if owner in (None, customer):
        return
    if customer is None:
        raise invalid(
            "payment_method",
            f"The `payment_method` parameter supplied {kept['id']} belongs to the Customer "
            f"{owner}. Please include the Customer in the `customer` parameter on the {of}.",
        )
    raise invalid(
        "payment_method",
        f"The PaymentMethod {kept['id']} does not belong to the Customer you supplied {customer}. "
        "Please use this PaymentMethod with the Customer that it belongs to instead.",
    )


def check_default(kept: Json, customer: str | None, param: str) -> None:
    """Refuse to collect from one customer by another's way to pay. Raises ApiError."""
    if kept["customer"] in (None, customer):
        return
    raise ApiError(
        f"The customer does not have a payment method with the ID {kept['id']}. The payment "
        "method must be attached to the customer.",
        code="resource_missing",
        param=param,
    )


def check_free(kept: Json, customer: str | None = None) -> None:
    """Refuse to give a customer what another has. Raises ApiError."""
    if kept["customer"] not in (None, customer):
        raise ApiError(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
