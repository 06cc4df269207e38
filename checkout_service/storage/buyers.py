"""What is known of a buyer as one text of JSON in an attempt's row, and back."""

from __future__ import annotations

import json
from typing import Any

from checkout_service.domain.facts.buyer import (
    PARTS,
    Address,
    Consent,
    Customer,
    CustomField,
    Invoice,
    PaymentMethod,
    Presentment,
    Shipping,
    ShippingRate,
    TaxId,
    plain,
)
from checkout_service.domain.facts.fact import Seen
from checkout_service.domain.facts.known_buyer import NOT_KNOWN, KnownBuyer

_CLASSES: dict[str, Any] = {
    "customer": Customer, "shipping": Shipping, "consent": Consent, "presentment": Presentment,
    "payment_method": PaymentMethod, "invoice": Invoice, "address": Address, "rate": ShippingRate,
}  # fmt: skip
_ITEMS: dict[str, Any] = {"tax_ids": TaxId, "custom_fields": CustomField}


def text_of(buyer: KnownBuyer) -> str | None:
    """Write a buyer down; None for one of whom nothing is known."""
    known = {part: plain(value) for part in PARTS if (value := getattr(buyer, part))}
    if not known:
        return None
    seen = {part: (at.at, at.by_event) for part, at in buyer.seen.items()}
    return json.dumps(known | {"seen": seen}, separators=(",", ":"))


def buyer_of(text: str | None) -> KnownBuyer:
    if text is None:
        return NOT_KNOWN
    known = json.loads(text)
    seen = {part: Seen(*at) for part, at in known["seen"].items()}
    parts = {part: _read(part, known[part]) for part in PARTS if part in known}
    return KnownBuyer(**parts, seen=seen)


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ITEMS:
        return tuple(_make(_ITEMS[name], item) for item in value)
    if name in _CLASSES:
        return _make(_CLASSES[name], value)
    return tuple(map(tuple, value)) if isinstance(value, list) else value


def _make(kind: Any, written: dict[str, Any]) -> Any:
    """Make a part; what a newer release wrote and this one does not know is left out."""
    return kind(**{name: _read(name, written[name]) for name in kind.__slots__ if name in written})
