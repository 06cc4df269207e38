"""What a refund's form offers and asks for: all that is left, one line, the shipping, an amount."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.money import exponent
from checkout_service.domain.views.orders import OrderDetail, OrderView
from checkout_service.web.pages.rendering import money

Form = Mapping[str, str]
REST, OTHER = "rest", "other"
# https://docs.stripe.com/api/refunds/create
REASONS = ("requested_by_customer", "duplicate", "fraudulent")
_GOING_BACK = ("pending", "requires_action")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,]([0-9]{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preset:
    """An amount (minor units) that is ready to be chosen."""

    what: str
    label: str
    amount: int


def on_its_way(detail: OrderDetail) -> int:
    """Sum the refunds that were asked for and have not arrived."""
    return sum(one.amount for one in detail.refunds if one.status in _GOING_BACK)


def left(order: OrderView, on_its_way: int) -> int:
    """Return what of the payment that counts can still go back (minor units)."""
    gone = order.amount_refunded + order.amount_charged_back + on_its_way
    return max(order.amount_paid - gone, 0)


def presets(order: OrderView, left: int) -> list[Preset]:
    """Offer the rest, then each line and the shipping, as far as so much is left."""
    parts = [
        Preset(f"line {n}", line.name, line.amount) for n, line in enumerate(order.items, start=1)
    ]
    parts.append(Preset("shipping", "Shipping", order.amount_shipping))
    fitting = [part for part in parts if 0 < part.amount < left]
    return [Preset(REST, "All that is left", left), *fitting]


def amount_of(form: Form, order: OrderView) -> int | None:
    """Read what is to go back (minor units); None is the rest. Raises InvalidInput."""
    what, typed = form.get("what", ""), form.get("amount", "").strip()
    if typed and what not in ("", OTHER):
        raise _wrong("an amount is typed and another one is chosen: which of them?")
    if not typed and not what:
        raise _wrong("choose how much goes back")
    if what == OTHER and not typed:
        raise _wrong("type the amount")
    if what in ("", OTHER, REST):
        return _minor(typed, order.currency) if typed else None
    for preset in presets(order, order.amount_paid + 1):
        if preset.what == what:
            return preset.amount
    raise _wrong("there is no such part of the order")


def second_look(form: Form, order: OrderView, left: int) -> str:
    """Say what will happen, before it does. Raises InvalidInput."""
    amount, other = amount_of(form, order), form.get("payment_intent")
    if other:
        part = "All that is left" if amount is None else money(amount, order.currency)
        return f"{part} goes back to the buyer for the payment {other[:100]}."
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise too_much(left, order.currency)
    card = order.payment_method
    shown = [card.brand or card.type, card.last4] if card else []
    way = " ".join(filter(None, shown)).replace("_", " ")
    return (
        f"{money(amount, order.currency)} goes back to the buyer"
        f"{f', to {way}' if way else ''}. {money(left - amount, order.currency)} stays with you."
    )


def too_much(left: int, currency: str) -> InvalidInput:
    return _wrong(f"only {money(max(left, 0), currency)} is left to give back")


def reason_of(form: Form) -> str | None:
    reason = form.get("reason", "")
    return reason if reason in REASONS else None


def _minor(text: str, currency: str) -> int:
    """Read an amount in major units, such as 12.50 or 12,50."""
    match, digits = _AMOUNT.fullmatch(text), exponent(currency)
    if match is None or len(match[1] or "") > digits:
        raise _wrong(f"write the amount as a number with {digits} decimals")
    return int(Decimal(text.replace(",", ".")).scaleb(digits))


def _wrong(why: str) -> InvalidInput:
    return InvalidInput([Fault("amount", why)])
