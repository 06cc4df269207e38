"""Parameters that Stripe knows and the sandbox does not act on, though they change what is paid.

They are refused by name: nobody is to believe in what would not happen.
"""

from __future__ import annotations

from collections.abc import Iterator

from .errors import ApiError
from .store import Json

_CONNECT = ("application_fee_amount", "on_behalf_of", "transfer_data", "transfer_group")
_AMOUNTS = ("amount_details", "hooks", "payment_details")
_METHODS = ("confirmation_method", "confirmation_token", "payment_method_configuration")
_BILLING = (
    "application_fee_percent", "billing_cycle_anchor_config", "billing_mode", "default_tax_rates",
    "invoice_settings", "on_behalf_of", "pending_invoice_item_interval", "transfer_data",
    "trial_settings",
)  # fmt: skip
_REFUSED = {
    "POST /v1/refunds": (
        "currency", "customer", "origin", "refund_application_fee", "reverse_transfer",
    ),
    "POST /v1/disputes/{name}": ("evidence.appeal", "evidence.enhanced_evidence"),
    "POST /v1/payment_intents": (*_CONNECT, *_AMOUNTS, *_METHODS),
    "POST /v1/payment_intents/{name}": (
        *_CONNECT, *_AMOUNTS, *_METHODS, "payment_method", "payment_method_data",
    ),
    "POST /v1/payment_intents/{name}/confirm": (
        *_CONNECT, *_AMOUNTS, *_METHODS, "capture_method",
    ),
    "POST /v1/payment_intents/{name}/capture": (*_CONNECT, *_AMOUNTS),
    "POST /v1/billing_portal/sessions": (
        "configuration", "customer_account", "flow_data", "locale", "on_behalf_of",
    ),
    "POST /v1/checkout/sessions": (
        "automatic_tax.liability.account", "customer_account", "customer_update",
        "line_items.*.tax_rates", "payment_method_configuration", "payment_method_data",
        "permissions", "setup_intent_data.on_behalf_of",
        *(f"payment_intent_data.{name}" for name in _CONNECT),
        *(f"subscription_data.{name}" for name in _BILLING),
    ),
}  # fmt: skip


def check(route: str, params: Json) -> None:
    """Refuse what would be ignored. Raises ApiError naming the parameter."""
    for dotted in _REFUSED.get(route, ()):
        for found in _found(params, dotted.split(".")):
            raise not_modelled(found)


def _found(node: object, steps: list[str], where: str = "") -> Iterator[str]:
    """Name each place where a parameter is given; a `*` stands for any of a list."""
    step, *rest = steps
    if step == "*" and isinstance(node, list):
        for place, item in enumerate(node):
            yield from _found(item, rest, f"{where}[{place}]")
    if not isinstance(node, dict) or step not in node:
        return
    at = f"{where}[{step}]" if where else step
    if rest:
        yield from _found(node[step], rest, at)
    else:
        yield at


def not_modelled(param: str) -> ApiError:
    return ApiError(
        f"The sandbox does not model {param}: at Stripe it would change what is paid or how.",
        code="parameter_not_modelled",
        param=param,
    )
