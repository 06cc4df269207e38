"""The catalog's Payment Links: made at Stripe, named here with the price they must charge."""

from __future__ import annotations

from collections.abc import Mapping

from checkout_service.domain.order.ledger import DISCOUNT, SHIPPING, TAX

from .catalog import PaymentLink
from .fields import name_of, number_of, text_of, unknown_keys

_KEYS = ("id", "url", "stripe_payment_link", "price", "quantity", "name", "adjustable")
_PARTS = (DISCOUNT, TAX, SHIPPING)


def read_payment_link(item: Mapping[str, object], faults: list[str]) -> PaymentLink:
    unknown_keys(item, _KEYS, f"payment_links.{item.get('id', '?')}", faults)
    return PaymentLink(
        id=text_of(item, "id", faults, None),
        url=text_of(item, "url", faults, None),
        stripe_payment_link=text_of(item, "stripe_payment_link", faults, None),
        price=text_of(item, "price", faults, None),
        quantity=number_of(item, "quantity", faults, 1),
        name=name_of(item, faults) if "name" in item else None,
        adjustable=_adjustable(item, faults),
    )


def _adjustable(item: Mapping[str, object], faults: list[str]) -> frozenset[str]:
    """Read what the link at Stripe lets a payment differ by."""
    parts = item.get("adjustable", [])
    if not isinstance(parts, list) or not all(part in _PARTS for part in parts):
        faults.append(f"{item.get('id', '?')}.adjustable: a list of {', '.join(_PARTS)} is needed")
        return frozenset()
    return frozenset(parts)
