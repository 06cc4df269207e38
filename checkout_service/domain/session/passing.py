"""Check what a merchant hands through to Stripe's page, and tell what it lets Stripe compute.

Every parameter of Stripe's `checkout.Session.create` passes that is of its type, but for those in
`refused.py`. https://docs.stripe.com/api/checkout/sessions/create
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from checkout_service.domain.order.ledger import DISCOUNT, SHIPPING, TAX

from .refused import OF_ONE_ORDER, REFUSED
from .shapes import Fault, of_table, parameters

Session = Mapping[str, object]

# Stripe takes these in one mode only; a catalog is for both.
_MODE_OF: Final = {
    "payment_intent_data": "payment",
    "invoice_creation": "payment",
    "customer_creation": "payment",
    "shipping_options": "payment",
    "subscription_data": "subscription",
    "payment_method_collection": "subscription",
}
_NOT_BOTH: Final = (
    ("allow_promotion_codes", "discounts"),
    ("customer", "customer_account"),
    ("customer", "customer_creation"),
)


def faults_of(session: object, where: str, *, shared: bool = False) -> Iterator[Fault]:
    """Name all that cannot be handed through; what is `shared` is said of every order."""
    refused = {**REFUSED, **(OF_ONE_ORDER if shared else {})}
    found = False
    for path, why in refused.items():
        if _has(session, path):
            found = True
            yield f"{where}.{path}", f"not handed through: {why}"
    if found:
        return  # what is refused needs no type
    yield from of_table(session, {"fields": parameters()}, where)
    for one, other in _NOT_BOTH:
        if _has(session, one) and _has(session, other):
            yield f"{where}.{other}", f"Stripe takes it or {one}, not both"


def fitting(session: Session, mode: str) -> dict[str, object]:
    """Leave out what Stripe takes in another mode only."""
    return {name: value for name, value in session.items() if _MODE_OF.get(name, mode) == mode}


def unfit(session: Session, mode: str, where: str) -> Iterator[Fault]:
    """Name what Stripe takes in another mode only."""
    for name in session:
        other = _MODE_OF.get(name, mode)
        if other != mode:
            yield f"{where}.{name}", f"Stripe takes it in mode {other} only"


def adjustable_by(session: Session) -> frozenset[str]:
    """Name what Stripe may compute on top of an order that is opened with this."""
    tax = session.get("automatic_tax")
    parts = {
        DISCOUNT: bool(session.get("allow_promotion_codes") or session.get("discounts")),
        TAX: isinstance(tax, Mapping) and tax.get("enabled") is True,
        SHIPPING: bool(session.get("shipping_options")),
    }
    return frozenset(part for part, allowed in parts.items() if allowed)


def _has(session: object, path: str) -> bool:
    """True if something is said at this path; a `*` stands for any name."""
    step, _, rest = path.partition(".")
    if not isinstance(session, Mapping):
        return False
    inner = session.values() if step == "*" else [session[step]] if step in session else []
    return any(_has(one, rest) for one in inner) if rest else bool(inner)
