"""What a session asks its buyer for, beside the money, and the answers it keeps."""

from __future__ import annotations

from typing import Any

from .errors import invalid
from .forms import boolean, integer, table
from .store import Json

ASKED = (
    "billing_address_collection", "consent_collection", "custom_fields", "invoice_creation",
    "name_collection", "phone_number_collection", "shipping_address_collection",
    "tax_id_collection",
)  # fmt: skip
ANSWERS = (
    "address", "business_name", "consent", "custom_fields", "individual_name", "name",
    "optional_items", "phone", "presentment_details", "quantities", "save_payment_method",
    "shipping", "shipping_rate", "tax_ids",
)  # fmt: skip
LINES = ("line1", "line2", "city", "state", "postal_code", "country")
_OF_A_CUSTOMER = ("address", "name", "phone")
_KINDS = ("dropdown", "numeric", "text")
_DEFAULT_NAME = "Jenny Rosen"
_DEFAULT_PHONE = "+15555550123"


def asked(params: Json, mode: str, *, answers: bool = True) -> Json:
    """Show what is asked for, as a session does, or a link, which has no answers.

    Raises ApiError.
    """
    shown: Json = {"custom_fields": _custom_fields(params, answers=answers)}
    if "phone_number_collection" in params:
        shown["phone_number_collection"] = _switch(params, "phone_number_collection")
    if "tax_id_collection" in params:
        tax = table(params, "tax_id_collection")
        required = tax.get("required", "never")
        shown["tax_id_collection"] = _switch(params, "tax_id_collection") | {"required": required}
    countries = table(params, "shipping_address_collection").get("allowed_countries")
    if countries:
        shown["shipping_address_collection"] = {"allowed_countries": countries}
    if "consent_collection" in params:
        given = table(params, "consent_collection")
        names = ("payment_method_reuse_agreement", "promotions", "terms_of_service")
        shown["consent_collection"] = {name: given.get(name) for name in names}
    if "name_collection" in params:
        given = table(params, "name_collection")
        shown["name_collection"] = {who: _who(given, who) for who in ("business", "individual")}
    if "invoice_creation" in params:
        shown["invoice_creation"] = _invoice_creation(params, mode)
    return shown


def _switch(params: Json, name: str) -> Json:
    return {"enabled": bool(boolean(table(params, name), "enabled"))}


def _who(given: Json, who: str) -> Json | None:
    if who not in given:
        return None
    one = table(given, who)
    return {name: bool(boolean(one, name)) for name in ("enabled", "optional")}


def _invoice_creation(params: Json, mode: str) -> Json:
    if mode != "payment":
        raise invalid("invoice_creation", "You can only enable invoice creation in payment mode.")
    data = table(table(params, "invoice_creation"), "invoice_data")
    names = (
        "account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options",
    )  # fmt: skip
    said = {name: data.get(name) for name in names}
    invoice_data = said | {"metadata": data.get("metadata", {})}
    return _switch(params, "invoice_creation") | {"invoice_data": invoice_data}


def _custom_fields(params: Json, *, answers: bool) -> list[Json]:
    given = params.get("custom_fields") or []
    keys = [item["key"] for item in given]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise invalid(f"custom_fields[{place}][key]", f"There is a field {key} already.")
    return [_custom_field(item, answers=answers) for item in given]


def _custom_field(item: Json, *, answers: bool) -> Json:
    kind = item["type"]
    own = table(item, kind)
    empty: Json = {"default_value": own.get("default_value")} | ({"value": None} if answers else {})
    if kind == "dropdown":
        empty["options"] = own.get("options", [])
    else:
        for name in ("maximum_length", "minimum_length"):
            empty[name] = integer(own, name)
    return {
        **dict.fromkeys(_KINDS),
        kind: empty,
        "key": item["key"],
        "label": item["label"],
        "optional": bool(boolean(item, "optional")),
        "type": kind,
    }


def take(session: Json, answers: Json, email: str | None, customer: Json | None) -> None:
    """Write down what the buyer told; what was asked for and not answered has an answer of its own.

    The hosted page lets nobody past a field; a control call need not name them all, and of a
    `customer` it is known already.
    """
    known = customer or {}
    answers = {name: known[name] for name in _OF_A_CUSTOMER if known.get(name)} | answers
    email = email or known.get("email")
    shipping = _shipping(session, answers)
    address = address_of(answers.get("address"), "address")
    if address is None and _asks_for_address(session):
        address = shipping["address"] if shipping else _default_address(session)
    phone = answers.get("phone")
    if phone is None and (session["phone_number_collection"] or {}).get("enabled"):
        phone = _DEFAULT_PHONE
    name = answers.get("name") or (shipping or {}).get("name")
    session["customer_details"] = {
        "address": address,
        "business_name": answers.get("business_name"),
        "email": email or "buyer@example.com",
        "individual_name": answers.get("individual_name"),
        "name": name,
        "phone": phone,
        "tax_exempt": "none",
        "tax_ids": [dict(tax_id) for tax_id in answers.get("tax_ids") or []],
    }
    if shipping or answers.get("business_name") or answers.get("individual_name"):
        session["collected_information"] = {
            "business_name": answers.get("business_name"),
            "individual_name": answers.get("individual_name"),
            "shipping_details": shipping,
        }
    _answer(session, answers.get("custom_fields") or {})
    _consent(session, answers.get("consent") or {})
    if answers.get("presentment_details"):
        if session["adaptive_pricing"] == {"enabled": False}:
            raise invalid("presentment_details", "This session shows one currency only.")
        session["presentment_details"] = answers["presentment_details"]


def _asks_for_address(session: Json) -> bool:
    required = session["billing_address_collection"] == "required"
    return required or bool(session["automatic_tax"]["enabled"])


def _default_address(session: Json) -> Json:
    countries = (session["shipping_address_collection"] or {}).get("allowed_countries")
    return {
        "city": "South San Francisco",
        "country": countries[0] if countries else "US",
        "line1": "354 Oyster Point Blvd",
        "line2": None,
        "postal_code": "94080",
        "state": "CA",
    }


def address_of(given: Any, where: str) -> Json | None:
    """Read an address, each of its lines null or a text. Raises ApiError."""
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) - set(LINES):
        raise invalid(where, f"An address has {', '.join(LINES)}.")
    for name, line in given.items():
        if line is not None and not isinstance(line, str):
            raise invalid(f"{where}[{name}]", f"{where}[{name}] is a text")
    return {name: given.get(name) or None for name in LINES}


def _shipping(session: Json, answers: Json) -> Json | None:
    """Take the address to ship to; only where it is asked for, and only to where is shipped."""
    collection = session["shipping_address_collection"]
    if collection is None:
        return None
    given = answers.get("shipping") or {}
    address = address_of(given.get("address"), "shipping") or _default_address(session)
    if address["country"] not in collection["allowed_countries"]:
        raise invalid("shipping", f"Nothing is shipped to {address['country']}.")
    return {"address": address, "name": given.get("name") or answers.get("name") or _DEFAULT_NAME}


def _answer(session: Json, answers: Json) -> None:
    for field in session["custom_fields"]:
        own = field[field["type"]]
        value = answers.get(field["key"]) or own["default_value"]
        if value is None and not field["optional"]:
            value = _default_answer(field, own)
        own["value"] = value


def _default_answer(field: Json, own: Json) -> str:
    if field["type"] == "dropdown":
        return str(own["options"][0]["value"])
    least = own["minimum_length"] or 1
    return ("1" if field["type"] == "numeric" else "x") * least


def _consent(session: Json, answers: Json) -> None:
    asks = session["consent_collection"]
    if asks is None:
        return
    terms = asks["terms_of_service"] == "required"
    session["consent"] = {
        "promotions": answers.get("promotions") or ("opt_out" if asks["promotions"] else None),
        "terms_of_service": "accepted" if terms else None,
    }


def billing_of(params: Json) -> Json:
    """Read who pays, as far as that is told. Raises ApiError."""
    given = table(params, "billing_details")
    answers: Json = {name: given[name] for name in ("email", "name", "phone") if given.get(name)}
    if "address" in given:
        answers["address"] = address_of(given["address"], "billing_details[address]")
    return answers


def shipping_of(params: Json) -> Json | None:
    """Read where an intent's goods go to. Raises ApiError."""
    given = table(params, "shipping")
    if not given:
        return None
    said = {name: given.get(name) for name in ("carrier", "name", "phone", "tracking_number")}
    return {**said, "address": address_of(given.get("address"), "shipping")}


def hand_on(session: Json, intent: Json) -> None:
    """Tell a session's payment where to ship to and who pays, as Stripe does."""
    details = session["customer_details"]
    shipping = (session["collected_information"] or {}).get("shipping_details")
    if shipping:
        more = {"carrier": None, "phone": details["phone"], "tracking_number": None}
        intent["shipping"] = {**shipping, **more}
    intent["presentment_details"] = session["presentment_details"]
    intent["_billing"] = {name: details[name] for name in ("address", "name", "phone")}
