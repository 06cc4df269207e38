"""What a control call says that the buyer told: each answer of the type that is kept."""

from __future__ import annotations

from .bodies import a_text, whole_number
from .collecting import ANSWERS, address_of
from .errors import invalid
from .store import Json

_TEXTS = ("business_name", "individual_name", "name", "phone", "shipping_rate")
_TABLES = ("address", "consent", "custom_fields", "presentment_details", "shipping")
_OF_TEXTS = ("consent", "custom_fields")
_MOST = 10**12


def answers_of(body: Json) -> Json:
    """Read the answers. Raises ApiError."""
    said = {name: body[name] for name in ANSWERS if body.get(name) is not None}
    for name in _TEXTS:
        a_text(said, name)
    for name in _TABLES:
        if not isinstance(said.get(name, {}), dict):
            raise invalid(name, f"{name} is a table")
    for name in _OF_TEXTS:
        for key in said.get(name, {}):
            _text_in(said[name], key, name)
    address_of(said.get("address"), "address")
    shipping = said.get("shipping", {})
    _text_in(shipping, "name", "shipping")
    address_of(shipping.get("address"), "shipping[address]")
    _check_tax_ids(said.get("tax_ids", []))
    if "presentment_details" in said:
        _check_presentment(said["presentment_details"])
    return said


def _check_tax_ids(given: object) -> None:
    if not isinstance(given, list):
        raise invalid("tax_ids", "tax_ids is a list of type and value")
    for one in given:
        if not isinstance(one, dict) or set(one) != {"type", "value"}:
            raise invalid("tax_ids", "tax_ids is a list of type and value")
        for key in one:
            _text_in(one, key, "tax_ids")


def _check_presentment(given: Json) -> None:
    names = {"presentment_amount", "presentment_currency"}
    if set(given) != names or None in given.values():
        raise invalid("presentment_details", f"It has {' and '.join(sorted(names))}.")
    whole_number(given, "presentment_amount", None, _MOST)
    _text_in(given, "presentment_currency", "presentment_details")


def _text_in(table: Json, key: str, where: str) -> None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{where}[{key}]", f"{where}[{key}] is a text")
