"""Our requests as Stripe's parameters. Equal requests give equal parameters, key by key.

Stripe refuses one idempotency key with other parameters, so nothing here may depend on the
moment or on the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from checkout_service.domain.clock import SECOND
from checkout_service.domain.ports.intents import IntentRequest
from checkout_service.domain.ports.refunds import RefundRequest
from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from checkout_service.domain.session import NEVER

from .translate import ATTEMPT_KEY, CHOICE_KEY, ORDER_KEY, PLACE_KEY, REQUEST_KEY

Params = dict[str, Any]

_COMPUTED = (
    "allow_promotion_codes", "discounts", "automatic_tax", "managed_payments", "shipping_options",
)  # fmt: skip
# The same whatever the release: a repeat after an upgrade must be equal.
_INTEGRATION = "checkout_service"
_HANDED_ON = {
    "payment": "payment_intent_data",
    "subscription": "subscription_data",
    "setup": "setup_intent_data",
}


def session_params(request: SessionRequest) -> Params:
    """Write a Checkout Session's parameters.

    Stripe does not hand a session's metadata on, so the payment is told as well.
    https://docs.stripe.com/payments/checkout/customization/policies#metadata
    """
    metadata = _metadata(request)
    handed_on = _HANDED_ON[request.mode]
    chosen = _chosen(request.options)
    choice = {}
    if any(line.place is not None for line in request.lines):
        choice = {CHOICE_KEY: "1"}
        chosen["expand"] = ["line_items"]
    return _said({
        "integration_identifier": _INTEGRATION,
        **chosen,
        "mode": request.mode,
        "currency": request.currency,
        "line_items": [_line(line, request.options) for line in request.lines],
        **_way_back(request),
        "client_reference_id": request.reference,
        "customer_email": request.customer_email,
        "locale": request.locale,
        "expires_at": None if request.expires_at is None else request.expires_at // SECOND,
        "metadata": _under(chosen, metadata | choice),
        handed_on: {
            **chosen.get(handed_on, {}),
            "metadata": _under(chosen.get(handed_on, {}), metadata),
            **_capture(manual=request.manual),
        },
    })  # fmt: skip


def items_params(lines: Iterable[LineRequest], options: Mapping[str, Any]) -> Params:
    """Write other items for an open session: all of them, none is kept by its id."""
    shown = {name: value for name, value in _chosen(options).items() if name == "expand"}
    return {"line_items": [_line(line, options) for line in lines], **shown}


def _way_back(request: SessionRequest) -> Params:
    """Say where the buyer comes back to: from Stripe's page, or on a page of the merchant's."""
    ui_mode = request.options.get("ui_mode")
    if ui_mode is None:
        return {"success_url": request.success_url, "cancel_url": request.cancel_url}
    redirects = request.options.get("redirect_on_completion")
    return {
        "ui_mode": ui_mode,
        "return_url": None if redirects == NEVER else request.success_url,
        "redirect_on_completion": redirects,
    }


def intent_params(request: IntentRequest) -> Params:
    return _said({
        "amount": request.amount,
        "currency": request.currency,
        "automatic_payment_methods": {"enabled": True},
        "description": request.description,
        "customer": request.customer,
        "receipt_email": request.customer_email,
        "metadata": _metadata(request),
        **_capture(manual=request.manual),
    })  # fmt: skip


def refund_params(request: RefundRequest) -> Params:
    """Write a refund's parameters; our request's id is what it is found by."""
    metadata = {**request.metadata, ORDER_KEY: request.order_id, REQUEST_KEY: request.request_id}
    return _said({
        "payment_intent": request.intent_id,
        "amount": request.amount,
        "reason": request.reason,
        "metadata": metadata,
    })  # fmt: skip


def created_between(start: int | None, end: int | None) -> Params:
    """Write a window, both ends included, in Stripe's whole seconds."""
    window = _said({
        "gte": None if start is None else start // SECOND,
        "lte": None if end is None else end // SECOND,
    })  # fmt: skip
    return {"created": window} if window else {}


def _capture(*, manual: bool) -> Params:
    return {"capture_method": "manual"} if manual else {}


def _metadata(request: SessionRequest | IntentRequest) -> dict[str, str]:
    ours = {ORDER_KEY: request.order_id, ATTEMPT_KEY: request.attempt_id}
    return {**request.metadata, **ours}


def _line(line: LineRequest, options: Mapping[str, Any]) -> Params:
    return _priced(line, options) | _said(
        {
            "adjustable_quantity": _adjustable(line.adjustable),
            "metadata": {} if line.place is None else {PLACE_KEY: str(line.place)},
        }
    )


def _adjustable(bounds: tuple[int, int] | None) -> Params:
    if bounds is None:
        return {}
    return {"enabled": True, "minimum": bounds[0], "maximum": bounds[1]}


def _priced(line: LineRequest, options: Mapping[str, Any]) -> Params:
    if line.stripe_price:
        return {"price": line.stripe_price, "quantity": line.quantity}
    price = {
        "currency": line.currency,
        "unit_amount": line.unit_amount,
        "product_data": _said(
            {
                "name": line.name,
                "description": line.description,
                **line.product,
            }
        ),
        "recurring": dict(line.recurring) if line.recurring else None,
        "tax_behavior": line.tax_behavior or options.get("tax_behavior"),
    }
    return {"price_data": _said(price), "quantity": line.quantity}


def _under(chosen: Params, ours: Mapping[str, str]) -> dict[str, str]:
    """Put metadata that was handed through under our own."""
    return {**chosen.get("metadata", {}), **ours}


def _chosen(options: Mapping[str, Any]) -> Params:
    """Write all that the merchant wants of Stripe's page; what was handed through goes first.

    Where Stripe computes, its answer is to show the line items as well: they are compared.
    """
    params = _options(options) | dict(options.get("session", {}))
    if params.get("discounts"):
        params.pop("allow_promotion_codes", None)  # Stripe takes one of them
    if any(params.get(name) for name in _COMPUTED):
        params["expand"] = ["line_items"]
    return params


def _options(options: Mapping[str, Any]) -> Params:
    """Translate what the catalog lets Stripe ask or compute on top of the cart."""
    params: Params = {}
    if options.get("allow_promotion_codes"):
        params["allow_promotion_codes"] = True
    if options.get("automatic_tax"):
        params["automatic_tax"] = {"enabled": True}
    countries = options.get("shipping_countries")
    if isinstance(countries, list | tuple) and countries:
        params["shipping_address_collection"] = {"allowed_countries": list(countries)}
    ways = options.get("shipping_options")
    if isinstance(ways, list | tuple) and ways:
        params["shipping_options"] = [_shipping(way, options) for way in ways]
    if options.get("recovery"):
        codes = {"allow_promotion_codes": True} if options.get("allow_promotion_codes") else {}
        params["after_expiration"] = {"recovery": {"enabled": True, **codes}}
    return params


def _shipping(way: Mapping[str, Any], options: Mapping[str, Any]) -> Params:
    if way.get("stripe_shipping_rate"):
        return {"shipping_rate": way["stripe_shipping_rate"]}
    rate = {
        "type": "fixed_amount",
        "display_name": way["name"],
        "fixed_amount": {"amount": way["amount"], "currency": way["currency"]},
        "tax_behavior": way.get("tax_behavior") or options.get("tax_behavior"),
    }
    return {"shipping_rate_data": _said(rate)}


def _said(params: Params) -> Params:
    """Leave out what was not said; Stripe takes an empty text for a request to unset."""
    return {key: value for key, value in params.items() if value not in (None, "", {}, [])}
