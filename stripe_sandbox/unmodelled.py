"""Parameters that Stripe knows and the sandbox does not act on, though they change what is paid.

They are refused by name: nobody is to believe in what would not happen.
"""

from __future__ import annotations

from .errors import ApiError
from .store import Json

_CONNECT = ("application_fee_amount", "on_behalf_of", "transfer_data", "transfer_group")
_AMOUNTS = ("amount_details", "hooks", "payment_details")
_METHODS = ("confirmation_method", "confirmation_token", "payment_method_configuration")
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
        "payment_method_configuration", "permissions",
        *(f"payment_intent_data.{name}" for name in _CONNECT),
    ),
}  # fmt: skip


def check(route: str, params: Json) -> None:
    """Refuse what would be ignored. Raises ApiError naming the parameter."""
    for dotted in _REFUSED.get(route, ()):
        *steps, last = dotted.split(".")
        node = params
        for step in steps:
            inner = node.get(step)
            node = inner if isinstance(inner, dict) else {}
        if last in node:
            raise not_modelled(f"{steps[0]}[{']['.join([*steps[1:], last])}]" if steps else last)


def not_modelled(param: str) -> ApiError:
    return ApiError(
        f"The sandbox does not model {param}: at Stripe it would change what is paid or how.",
        code="parameter_not_modelled",
        param=param,
    )
