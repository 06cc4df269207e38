"""What Stripe shows only when it is expanded, though it stands in no object of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import shapes
from .store import Json, Store, shown

_MOST = 10  # of a list inside an object
_OVER = ("canceled", "incomplete_expired")


def found(store: Store, thing: Json, path: str) -> Any:
    """Return what is asked for of an object, by its path; None if it is not modelled."""
    look = _SHOWN.get((str(thing.get("object")), path))
    return look(store, thing) if look else None


def is_nothing(parent: Json, field: str) -> bool:
    """True if Stripe leaves the field out, expanded or not: it does not apply to this object."""
    left_out = (
        ("applies_to", "coupon"), ("confirmation_secret", "invoice"), ("tiers", "price"),
    )  # fmt: skip
    return parent.get("deleted") is True or (field, parent.get("object")) in left_out


def _own_currency(_store: Store, price: Json) -> Json:
    """Show a price in its currency: no other one is modelled."""
    alike = ("custom_unit_amount", "tax_behavior", "unit_amount", "unit_amount_decimal")
    return {price["currency"]: {name: price[name] for name in alike}}


def _sources(_store: Store, customer: Json) -> Json:
    return shapes.listing(f"/v1/customers/{customer['id']}/sources", [])  # nobody can make one


def _no_breakdown(_store: Store, _session: Json) -> Json:
    return {"discounts": [], "taxes": []}  # of a session that sells nothing


def _subscriptions(store: Store, customer: Json) -> Json:
    """List a customer's newest subscriptions that go on."""
    going = [
        shown(one)
        for one in store.newest("subscription")
        if one["customer"] == customer["id"] and one["status"] not in _OVER
    ]
    url = f"/v1/customers/{customer['id']}/subscriptions"
    return shapes.listing(url, going[:_MOST], more=len(going) > _MOST)


def _payments(store: Store, invoice: Json) -> Json:
    """List what pays an invoice, or is to."""
    every = store.newest("invoice_payment")
    paying = [shown(one) for one in every if one["invoice"] == invoice["id"]]
    url = f"/v1/invoice_payments?invoice={invoice['id']}"
    return shapes.listing(url, paying[:_MOST], more=len(paying) > _MOST)


def _secret(store: Store, invoice: Json) -> Json | None:
    """Return what a browser confirms an invoice's payment with; None if nothing is to be paid."""
    kept = store.get(invoice["id"], "invoice") or {}
    intent = store.get(kept.get("_intent"), "payment_intent")
    return intent and {"client_secret": intent["client_secret"], "type": "payment_intent"}


_SHOWN: dict[tuple[str, str], Callable[[Store, Json], Json | None]] = {
    ("checkout.session", "total_details.breakdown"): _no_breakdown,
    ("customer", "sources"): _sources,
    ("customer", "subscriptions"): _subscriptions,
    ("invoice", "confirmation_secret"): _secret,
    ("invoice", "payments"): _payments,
    ("price", "currency_options"): _own_currency,
}
