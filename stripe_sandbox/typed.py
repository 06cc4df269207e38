"""What a browser would not send off: the hosted page's form is held to what its fields say."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import invalid
from .parameters import EMAIL
from .store import Json
from .world import World

_MOST = 800  # characters of an e-mail address
_LINES = ("line1", "city", "postal_code", "country")


def check(session: Json, form: Mapping[str, str], world: World) -> None:
    """Refuse what is missing or has the wrong form. Raises ApiError."""
    if form.get("action", "pay") != "pay":
        raise invalid("action", "The page has no such button.")
    _check_email(session, form.get("email", ""), world)
    if (session["phone_number_collection"] or {}).get("enabled"):
        _need(form, "phone", "Your phone number is incomplete.")
    if session["shipping_address_collection"]:
        _check_address(form, "shipping", ("name", *_LINES))
    if session["billing_address_collection"] == "required":
        _check_address(form, "billing", _LINES)
    for field in session["custom_fields"]:
        _check_field(field, form.get(f"field-{field['key']}", ""))
    if (session["consent_collection"] or {}).get("terms_of_service") == "required":
        _need(form, "terms", "Please accept the terms of service.")


def check_method(session: Json, form: Mapping[str, str], saved: list[Json]) -> None:
    """Refuse a way to pay that the page does not offer, and a number that is none.

    Raises ApiError.
    """
    chosen = form.get("method", "card")
    if chosen not in (*session["payment_method_types"], *(kept["id"] for kept in saved)):
        raise invalid("method", "Please choose a way to pay.")
    number = form.get("number", "")
    if chosen == "card" and not number.replace(" ", "").replace("-", "").isdecimal():
        raise invalid("number", "Your card number is incomplete.")


def _need(form: Mapping[str, str], name: str, told: str) -> None:
    if not form.get(name, "").strip():
        raise invalid(name, told)


def _check_email(session: Json, text: str, world: World) -> None:
    customer = world.store.get(session["customer"], "customer") or {}
    if not text and (customer.get("email") or session["customer_email"]):
        return
    if len(text) > _MOST or not EMAIL.fullmatch(text):
        raise invalid("email", "Your email is invalid.")


def _check_address(form: Mapping[str, str], which: str, names: tuple[str, ...]) -> None:
    for name in names:
        _need(form, f"{which}-{name}", "Your address is incomplete.")


def _check_field(field: Json, text: str) -> None:
    own, at = field[field["type"]], f"field-{field['key']}"
    if not text:
        if not field["optional"] and own["default_value"] is None:
            raise invalid(at, "This field is required.")
        return
    if field["type"] == "dropdown":
        if text not in [option["value"] for option in own["options"]]:
            raise invalid(at, "Please choose one of the options.")
        return
    if field["type"] == "numeric" and not (text.isascii() and text.isdecimal()):
        raise invalid(at, "This field takes digits only.")
    least, most = own["minimum_length"] or 0, own["maximum_length"] or 255
    if not least <= len(text) <= most:
        raise invalid(at, f"This field takes {least} to {most} characters.")
