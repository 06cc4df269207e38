"""The fields that each kind of objects can be searched by.

https://docs.stripe.com/search#supported-query-fields-for-each-resource
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .store import Json

_WAYS = {
    "metadata": (":", "~"),
    "number": (":", "<", "<=", ">", ">="),
    "text": (":", "~"),
    "token": (":",),
}


@dataclass(frozen=True, slots=True)
class Field:
    kind: str  # a key of _WAYS
    look: Callable[[Json], Any]

    @property
    def ways(self) -> tuple[str, ...]:
        return _WAYS[self.kind]


def _at(path: str) -> Callable[[Json], Any]:
    def look(thing: Json) -> Any:
        found: Any = thing
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return found

    return look


def _fields(numbers: str = "", texts: str = "", tokens: str = "") -> dict[str, Field]:
    named = {"number": numbers + " created", "text": texts, "token": tokens, "metadata": "metadata"}
    return {name: Field(kind, _at(name)) for kind, names in named.items() for name in names.split()}


def _subscription_of(invoice: Json) -> Any:
    return _at("parent.subscription_details.subscription")(invoice)


_PAID_BY = " ".join(
    f"payment_method_details.card.{name}" for name in ("brand", "exp_month", "exp_year", "last4")
)

FIELDS: dict[str, dict[str, Field]] = {
    "charge": _fields(
        "amount",
        "billing_details.address.postal_code",
        "currency customer disputed refunded status payment_method_details.card.fingerprint "
        + _PAID_BY,
    ),
    "customer": _fields("", "email name phone"),
    "invoice": _fields("total", "number", "currency customer last_finalization_error_code status")
    | {"subscription": Field("token", _subscription_of)},
    "payment_intent": _fields("amount", "", "currency customer status"),
    "price": _fields("", "", "active currency lookup_key product type"),
    "product": _fields("", "description name", "active shippable url"),
    "subscription": _fields("", "", "canceled_at status"),
}
