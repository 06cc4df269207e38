"""The hosted page's questions beside the money: which are shown, and what a buyer answered."""

from __future__ import annotations

from collections.abc import Mapping

from . import money, saved_methods, typed, vouchers
from .collecting import LINES
from .declines import check_expiry
from .store import Json
from .world import World

CARDS = (
    ("4242424242424242", "pays"),
    ("4000000000000002", "is declined"),
    ("4000000000009995", "has insufficient funds"),
    ("4000002760003184", "asks for 3-D Secure"),
)
IBANS = (("AT611904300234573201", "comes in"), ("AT861904300235473202", "fails later"))


def asks(session: Json, world: World) -> Json:
    """Say what the page is to ask for."""
    names = session["name_collection"] or {}
    consent = session["consent_collection"] or {}
    return {
        "phone": (session["phone_number_collection"] or {}).get("enabled"),
        "countries": (session["shipping_address_collection"] or {}).get("allowed_countries"),
        "address": session["billing_address_collection"] == "required",
        "rates": [_rate(session, way, world) for way in session["shipping_options"]],
        "fields": session["custom_fields"],
        "tax_id": (session["tax_id_collection"] or {}).get("enabled"),
        "names": [who for who, one in names.items() if one and one["enabled"]],
        "terms": consent.get("terms_of_service") == "required",
        "promotions": consent.get("promotions") == "auto",
        "offers": [_offer(session, one, world) for one in session["optional_items"] or []],
        "saved": saved(session, world),
        "save": saved_methods.asks(session),
    }


def range_of(item: Json) -> Json | None:
    """Return how far the quantity of a line may be changed, if it may."""
    allowed: Json | None = item["adjustable_quantity"]
    return allowed if allowed and allowed["enabled"] else None


def _offer(session: Json, offer: Json, world: World) -> Json:
    price = world.need(offer["price"], "price")
    added = [item for item in session["_items"] if item["price"] == offer["price"]]
    return {
        "price": offer["price"],
        "name": world.need(price["product"], "product")["name"],
        "amount": money.shown(price["unit_amount"], price["currency"]),
        "quantity": added[0]["quantity"] if added else 0,
        "usual": offer["quantity"],
        "most": (range_of(offer) or {"maximum": offer["quantity"]})["maximum"],
    }


def chosen(session: Json, form: Mapping[str, str]) -> Json:
    """Read how many of each item a buyer wants."""
    quantities = {
        item["id"]: _number(form[f"quantity-{item['id']}"])
        for item in session["_items"]
        if f"quantity-{item['id']}" in form
    }
    added = {
        offer["price"]: _number(form[f"add-{offer['price']}"] or "0")
        for offer in session["optional_items"] or []
        if f"add-{offer['price']}" in form
    }
    return {"quantities": quantities, "optional_items": {k: n for k, n in added.items() if n}}


def _number(text: str) -> int | str:
    """Read a whole number; whatever else was typed is refused as it stands."""
    return int(text) if text.isascii() and text.isdecimal() else text


def _rate(session: Json, way: Json, world: World) -> Json:
    rate = world.need(way["shipping_rate"], "shipping_rate")
    amount = money.shown(way["shipping_amount"], session["currency"])
    return {"id": rate["id"], "name": rate["display_name"], "amount": amount}


def saved(session: Json, world: World) -> list[Json]:
    """Say what the page offers of what its customer saved."""
    return [
        {"id": kept["id"], "name": _name_of(kept)} for kept in saved_methods.offered(world, session)
    ]


def _name_of(kept: Json) -> str:
    details = kept[kept["type"]]
    return f"{str(details.get('brand') or kept['type']).capitalize()} ending in {details['last4']}"


def number(session: Json, form: Mapping[str, str], world: World) -> object:
    """Read what is paid with: a number, or one that was saved. Raises ApiError."""
    typed.check_method(session, form, saved(session, world))
    chosen = form.get("method", "card")
    field = {"sepa_debit": "iban", "us_bank_account": "account"}.get(chosen, "number")
    if vouchers.is_shown(chosen) or chosen.startswith("pm_"):
        field = "method"
    if field == "number":
        check_expiry(form.get("expiry", ""), world.store.now())
    return saved_methods.number_of(world, session, form.get(field, ""))


def answers(session: Json, form: Mapping[str, str]) -> Json:
    """Read the answers of the page's form; what was left empty is not told."""
    said: Json = {
        name: form[name]
        for name in ("name", "phone", "individual_name", "business_name", "shipping_rate")
        if form.get(name)
    }
    said["custom_fields"] = {
        field["key"]: form.get(f"field-{field['key']}") for field in session["custom_fields"]
    }
    said["save_payment_method"] = bool(form.get("save"))
    said["consent"] = {"promotions": "opt_in" if form.get("promotions") else None}
    if form.get("tax_id"):
        said["tax_ids"] = [{"type": "eu_vat", "value": form["tax_id"]}]
    if form.get("billing-line1"):
        said["address"] = _address(form, "billing")
    if form.get("shipping-line1"):
        name = form.get("shipping-name") or form.get("name")
        said["shipping"] = {"name": name, "address": _address(form, "shipping")}
    return said


def _address(form: Mapping[str, str], which: str) -> Json:
    return {line: form.get(f"{which}-{line}") for line in LINES}
