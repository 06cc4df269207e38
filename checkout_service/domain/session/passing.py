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
_ALL: Final = frozenset(("payment", "subscription", "setup"))
_SELLS: Final = _ALL - {"setup"}
_MODES_OF: Final = {
    **dict.fromkeys(
        (
            "adaptive_pricing", "allow_promotion_codes", "automatic_tax", "discounts",
            "managed_payments", "optional_items", "saved_payment_method_options",
            "shipping_address_collection", "submit_type", "tax_id_collection",
        ),
        _SELLS,
    ),
    "payment_intent_data": frozenset(("payment",)),
    "invoice_creation": frozenset(("payment",)),
    "customer_creation": _ALL - {"subscription"},
    "setup_intent_data": frozenset(("setup",)),
    "shipping_options": frozenset(("payment",)),
    "subscription_data": frozenset(("subscription",)),
    "payment_method_collection": frozenset(("subscription",)),
}  # fmt: skip
_UNMANAGED: Final = (
    "automatic_tax", "customer_update", "shipping_address_collection", "shipping_options",
    "tax_id_collection",
)  # fmt: skip
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
    for name in _UNMANAGED if is_managed(session) else ():
        if _has(session, name):
            yield f"{where}.{name}", "Stripe says it itself where it is the seller"


def fitting(session: Session, mode: str) -> dict[str, object]:
    """Leave out what Stripe takes in another mode only."""
    return {name: value for name, value in session.items() if mode in _MODES_OF.get(name, _ALL)}


def unfit(session: Session, mode: str, where: str) -> Iterator[Fault]:
    """Name what Stripe takes in another mode only."""
    for name in session:
        modes = _MODES_OF.get(name, _ALL)
        if mode not in modes:
            others = " or ".join(sorted(modes))
            yield f"{where}.{name}", f"Stripe takes it in mode {others} only"


def laid_over(shared: Session, own: Session) -> dict[str, object]:
    """Say what an order says before what is said of all, but for what does not go with its buyer.

    Stripe makes no customer where one is named, and changes none where there is none.
    """
    named = not {"customer", "customer_account"}.isdisjoint(own)
    needless = "customer_creation" if named else "customer_update"
    return {name: value for name, value in shared.items() if name != needless} | {**own}


def adjustable_by(session: Session) -> frozenset[str]:
    """Name what Stripe may compute on top of an order that is opened with this."""
    tax = session.get("automatic_tax")
    parts = {
        DISCOUNT: bool(session.get("allow_promotion_codes") or session.get("discounts")),
        TAX: is_managed(session) or (isinstance(tax, Mapping) and tax.get("enabled") is True),
        SHIPPING: bool(session.get("shipping_options")),
    }
    return frozenset(part for part, allowed in parts.items() if allowed)


def is_managed(session: object) -> bool:
    """True if Stripe is the seller, and adds what tax there is.

    https://docs.stripe.com/payments/managed-payments
    """
    given = session.get("managed_payments") if isinstance(session, Mapping) else None
    return isinstance(given, Mapping) and given.get("enabled") is True


def _has(session: object, path: str) -> bool:
    """True if something is said at this path; a `*` stands for any name."""
    step, _, rest = path.partition(".")
    if not isinstance(session, Mapping):
        return False
    inner = session.values() if step == "*" else [session[step]] if step in session else []
    return any(_has(one, rest) for one in inner) if rest else bool(inner)
