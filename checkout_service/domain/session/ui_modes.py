"""Where a session is paid: on Stripe's own page, or on a part of the merchant's.

The words are Stripe's: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-ui_mode
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .shapes import Fault

HOSTED, EMBEDDED, ELEMENTS, FORM = "hosted_page", "embedded_page", "elements", "form"
REPRICED: Final = frozenset((ELEMENTS, FORM))
"""Stripe lets the items of these be changed while they are open."""
NEVER: Final = "never"  # the buyer stays on the merchant's page, whatever becomes of the payment

# What Stripe draws on pages of its own; with Elements the merchant's page does.
_DRAWN_BY_STRIPE: Final = (
    "branding_settings",
    "custom_fields",
    "custom_text",
    "origin_context",
    "payment_method_options.acss_debit",
    "payment_method_options.card.restrictions",
    "submit_type",
    "tax_id_collection.required",
)
_CHOSEN: Final = ("optional_items",)
_NOT_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    ELEMENTS: (*_DRAWN_BY_STRIPE, *_CHOSEN),
    FORM: _CHOSEN,
}


def drawable(session: Mapping[str, object], ui_mode: str) -> dict[str, object]:
    """Leave out what Stripe does not take in this ui_mode."""
    left = dict(session)
    for path in _NOT_TAKEN.get(ui_mode, ()):
        left = _without(left, path)
    return left


def undrawable(session: Mapping[str, object], ui_mode: str, where: str) -> Iterator[Fault]:
    """Name what Stripe does not take in this ui_mode."""
    for path in _NOT_TAKEN.get(ui_mode, ()):
        if _without(session, path) != session:
            yield f"{where}.{path}", f"Stripe does not take it with ui_mode {ui_mode}"


def _without(table: Mapping[str, object], path: str) -> dict[str, object]:
    step, _, rest = path.partition(".")
    inner = table.get(step)
    if rest and isinstance(inner, Mapping):
        return {**table, step: _without(inner, rest)}
    return {name: value for name, value in table.items() if rest or name != step}
