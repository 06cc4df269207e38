"""What a refund's form offers and asks for: all that is left, one line, the shipping, an amount."""

from __future__ import annotations

from collections.abc import Mapping

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.orders import OrderView
from checkout_service.use_cases.refunds.refund_order import RefundOffer
from checkout_service.web.pages.rendering import money

from .typed_amount import minor_units

Form = Mapping[str, str]
REST, OTHER = "rest", "other"
_LONGEST = 16
# https://docs.stripe.com/api/refunds/create
REASONS = ("requested_by_customer", "duplicate", "fraudulent")


@frozen
class Preset:
    """An amount (minor units) that is ready to be chosen."""

    what: str
    label: str
    amount: int


def on_its_way(order: OrderView, left: int) -> int:
    """Return what was asked for and has not arrived (minor units)."""
    gone = order.amount_refunded + order.amount_charged_back
    return max(order.amount_paid - gone - left, 0)


def parts(order: OrderView) -> list[Preset]:
    """List each line, and the shipping."""
    lines = [
        Preset(f"line {n}", line.name, line.amount) for n, line in enumerate(order.items, start=1)
    ]
    return [*lines, Preset("shipping", "Shipping", order.amount_shipping)]


def presets(order: OrderView, offer: RefundOffer) -> list[Preset]:
    """Offer the rest, then each part that did not go back, as far as so much is left."""
    fitting = [
        part
        for part in parts(order)
        if 0 < part.amount < offer.left and part.what not in offer.parts_given
    ]
    return [Preset(REST, "All that is left", offer.left), *fitting]


def given_back(order: OrderView, offer: RefundOffer) -> list[str]:
    """Name the parts that went back as such."""
    return [part.label for part in parts(order) if part.what in offer.parts_given]


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
        return minor_units(typed, order.currency) if typed else None
    for part in parts(order):
        if part.what == what and part.amount:
            return part.amount
    raise _wrong("there is no such part of the order")


def part_of(form: Form, order: OrderView) -> str | None:
    """Name the part of the order that was chosen, if one was."""
    return next((part.what for part in parts(order) if part.what == form.get("what")), None)


def second_look(form: Form, order: OrderView, offer: RefundOffer) -> str:
    """Say what will happen, before it does. Raises InvalidInput."""
    amount, other, left = amount_of(form, order), form.get("payment_intent"), offer.left
    if other:
        part = "All that is left" if amount is None else money(amount, order.currency)
        return f"{part} goes back to the buyer for the payment {other[:100]}."
    if part_of(form, order) in offer.parts_given:
        raise _wrong("this part went back already; to give more, type the amount")
    amount = left if amount is None else amount
    if amount > left:
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


def seen_left(form: Form) -> int | None:
    """Read what the second look showed as left (minor units); None for another payment's.

    Raises InvalidInput.
    """
    if form.get("payment_intent"):
        return None
    shown = form.get("left", "")
    if not (shown.isascii() and shown.isdigit() and len(shown) < _LONGEST):
        raise _wrong("look once more at what will happen")
    return int(shown)


def _wrong(why: str) -> InvalidInput:
    return InvalidInput([Fault("amount", why)])
