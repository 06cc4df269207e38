"""The payment method that a call of the API names, or brings along."""

from __future__ import annotations

from dataclasses import replace

from . import collecting, owners, setups, shapes, vouchers
from .declines import expiry
from .errors import ApiError, invalid, missing, no_such
from .forms import metadata, table
from .method_details import details
from .methods import Method, find_method, incorrect_number, is_modelled
from .store import Json
from .unmodelled import not_modelled
from .world import Call

# They ask their bank's customer once, then never again while nobody is there.
_ONCE_ASKED = ("4000002500003155", "4000003800000446")
_UNASKED = ("authentication_required", "authentication_required")


def brought(call: Call, params: Json, currency: str) -> Json | None:
    """Return the method to pay with, kept; None if none is named. Raises ApiError."""
    data = table(params, "payment_method_data")
    if data:
        return keep(call, data, "payment_method_data")
    name = params.get("payment_method")
    if not name:
        return None
    found = unspent(call, name)
    if found is None and not str(name).startswith("pm_"):  # a number is data, and no name
        raise no_such("PaymentMethod", name, param="payment_method")
    method = find_method(found["_number"] if found else name, currency)
    return found or setups.keep(call, method, None, None)


def automatic(params: Json) -> Json | None:
    """Return how an intent chooses its methods, None if they are named. Raises ApiError."""
    given = table(params, "automatic_payment_methods")
    if params.get("payment_method_types"):
        if given.get("enabled") == "true":
            raise ApiError(
                "You cannot enable `automatic_payment_methods` and specify `payment_method_types`.",
                param="automatic_payment_methods",
            )
        return None
    if given and "confirmation_method" in params:
        raise ApiError(
            "You may only specify one of these parameters: automatic_payment_methods, "
            "confirmation_method.",
            param="automatic_payment_methods",
        )
    return {"allow_redirects": given.get("allow_redirects", "always"), "enabled": True}


def of_name(call: Call, name: object, *, param: str | None = None) -> Json:
    """Return a kept method; `pm_card_visa` and its like stand for a new one. Raises ApiError."""
    found = unspent(call, name)
    if found is None and str(name).startswith("pm_card_"):
        return setups.keep(call, find_method(name, "usd"), None, None)
    return found or call.world.need(name, "payment_method", param=param)


def of_customer(call: Call, name: object, customer: str, param: str) -> Json:
    """Return a kept method that may collect from a customer. Raises ApiError."""
    kept = of_name(call, name, param=param)
    owners.check_default(kept, customer, param)
    return kept


def unspent(call: Call, name: object) -> Json | None:
    """Return a kept method, unless it was nobody's and has paid, or was taken from its customer.

    Raises ApiError.
    """
    found = call.store.get(name, "payment_method")
    if found is not None and "_spent" in found and found["customer"] is None:
        raise ApiError(
            "This PaymentMethod was previously used without being attached to a Customer or was "
            "detached from a Customer, and may not be used again."
        )
    return found


def keep(call: Call, data: Json, where: str = "") -> Json:
    """Keep a payment method as it is described. Raises ApiError."""
    kind = str(data.get("type") or "card")
    if not is_modelled(kind):
        raise not_modelled(f"{where}[type]" if where else "type")
    _refuse_other_kinds(data, kind, where)
    token = table(data, "card").get("token") if kind == "card" else None
    method = find_method(token or _number_in(data, kind), _home_currency(kind))
    if method.decline == ("incorrect_number", None):
        raise incorrect_number()
    until = {} if token or kind != "card" else expiry(table(data, "card"), call.store.now())
    thing = shapes.payment_method(call.store, method.kind, {}, None)
    tax_id = {"_tax_id": _tax_id(data, where)} if kind == "boleto" else {}
    thing[method.kind] = details(method) or vouchers.details_of(kind, tax_id)
    thing[method.kind] |= until
    thing["billing_details"] |= collecting.billing_of(data)
    thing["metadata"] = metadata(data)
    thing["allow_redisplay"] = data.get("allow_redisplay", "unspecified")
    thing["_number"] = method.number
    return call.store.put(thing)


def fated(kept: Json, currency: str, params: Json) -> Method:
    """Return what becomes of a payment by this method, where nobody may be asked as well."""
    method = find_method(kept["_number"], currency)
    away = params.get("off_session", "false") != "false"
    if method.challenge and away and method.number in _ONCE_ASKED and kept["customer"]:
        return replace(method, challenge=False)
    if method.challenge and (away or params.get("error_on_requires_action") == "true"):
        return replace(method, challenge=False, decline=_UNASKED)
    return method


def _number_in(data: Json, kind: str) -> str:
    if vouchers.is_shown(kind):
        return kind
    names = {"card": "number", "sepa_debit": "iban", "us_bank_account": "account_number"}
    number = table(data, kind).get(names[kind])
    if number is None:
        raise missing(f"{kind}[{names[kind]}]")
    return str(number)


def _refuse_other_kinds(data: Json, kind: str, where: str) -> None:
    """Refuse what describes a method of another kind: it would do nothing. Raises ApiError."""
    for name in data:
        if name != kind and is_modelled(name):
            at = f"{where}[{name}]" if where else name
            raise invalid(at, f"You may only give `{at}` for a payment method of type `{name}`.")


def _tax_id(data: Json, where: str) -> str:
    given = table(data, "boleto").get("tax_id")
    if not given:
        raise missing(f"{where}[boleto][tax_id]" if where else "boleto[tax_id]")
    return str(given)


def _home_currency(kind: str) -> str:
    """Return a currency that a method of this kind can pay: none is named when it is made."""
    return {
        "sepa_debit": "eur",
        "boleto": "brl",
        "oxxo": "mxn",
        "konbini": "jpy",
        "multibanco": "eur",
    }.get(kind, "usd")
