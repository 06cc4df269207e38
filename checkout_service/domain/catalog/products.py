"""The catalog's products and their prices: ours, in minor units, or Stripe's own by their id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from checkout_service.domain.money import BadAmount, check_unit_amount

from .catalog import DEFAULT_MAX_QUANTITY, Price, Product
from .fields import (
    TAX_BEHAVIORS,
    addresses_of,
    name_of,
    number_of,
    one_of,
    short_text_of,
    tables_of,
    text_of,
    unknown_keys,
)

MAX_IMAGES = 8  # https://docs.stripe.com/api/products/create
MAX_UNIT_LABEL, MAX_THANK_YOU, MAX_CATEGORY = 12, 500, 40
_KEYS = (
    "id", "name", "description", "images", "tax_code", "unit_label", "thank_you", "category",
    "prices",
)  # fmt: skip
_PRICE_KEYS = (
    "id", "currency", "unit_amount", "max_quantity", "stripe_price", "recurring",
    "adjustable_quantity", "tax_behavior",
)  # fmt: skip
_ADJUSTABLE_KEYS = ("minimum", "maximum")
_RECURRING_KEYS = ("interval", "interval_count")
_TAX_CODE = re.compile(r"txcd_[0-9]{8}", re.ASCII)
_INTERVALS = frozenset(("day", "week", "month", "year"))


def read_product(item: Mapping[str, object], faults: list[str]) -> Product:
    where = f"products.{item.get('id', '?')}"
    unknown_keys(item, _KEYS, where, faults)
    product = Product(
        id=text_of(item, "id", faults, None),
        name=name_of(item, faults),
        description=text_of(item, "description", faults, ""),
        prices=(),
        images=addresses_of(item, "images", where, faults, most=MAX_IMAGES),
        tax_code=_tax_code(item.get("tax_code"), where, faults),
        unit_label=short_text_of(item, "unit_label", where, faults, longest=MAX_UNIT_LABEL),
        thank_you=short_text_of(item, "thank_you", where, faults, longest=MAX_THANK_YOU),
        category=short_text_of(item, "category", where, faults, longest=MAX_CATEGORY),
    )
    prices = tuple(_price(price, product, faults) for price in tables_of(item, "prices", faults))
    return replace(product, prices=prices)


def _tax_code(value: object, where: str, faults: list[str]) -> str | None:
    """Read one of Stripe's tax codes.

    https://docs.stripe.com/tax/tax-codes
    """
    if value is None or (isinstance(value, str) and _TAX_CODE.fullmatch(value)):
        return value
    faults.append(f'{where}.tax_code: one of Stripe\'s such as "txcd_99999999" is needed')
    return None


def _price(item: Mapping[str, object], product: Product, faults: list[str]) -> Price:
    price_id = text_of(item, "id", faults, None)
    unknown_keys(item, _PRICE_KEYS, f"prices.{price_id or '?'}", faults)
    stripe_price = item.get("stripe_price")
    currency, unit_amount = item.get("currency"), item.get("unit_amount")
    if stripe_price is None:
        try:
            check_unit_amount(unit_amount, currency)  # type: ignore[arg-type]  # it checks the types
        except (BadAmount, TypeError) as error:
            faults.append(f"{price_id}: {error}")
    elif currency is not None or unit_amount is not None:
        faults.append(f"{price_id}: give stripe_price or currency and unit_amount, not both")
    most = number_of(item, "max_quantity", faults, DEFAULT_MAX_QUANTITY)
    return Price(
        id=price_id,
        product=product.id,
        name=product.name,
        description=product.description,
        currency=currency if isinstance(currency, str) else None,
        unit_amount=unit_amount if isinstance(unit_amount, int) else None,
        max_quantity=most,
        stripe_price=str(stripe_price) if stripe_price else None,
        recurring=_recurring(item.get("recurring"), price_id, faults),
        adjustable=_adjustable(item.get("adjustable_quantity"), most, price_id, faults),
        tax_behavior=_tax_behavior(item, price_id, faults),
    )


def _tax_behavior(item: Mapping[str, object], where: str, faults: list[str]) -> str | None:
    """Read whether tax is inside our own price or on top of it."""
    if "tax_behavior" in item and "stripe_price" in item:
        faults.append(f"{where}.tax_behavior: Stripe's own price says it")
        return None
    return one_of(item, "tax_behavior", TAX_BEHAVIORS, where, faults)


def _adjustable(value: object, most: int, where: str, faults: list[str]) -> tuple[int, int] | None:
    """Read how few and how many of it a buyer may choose on Stripe's page."""
    if value is None:
        return None
    if not isinstance(value, dict):
        faults.append(f"{where}.adjustable_quantity: a table of minimum and maximum is needed")
        return None
    unknown_keys(value, _ADJUSTABLE_KEYS, f"{where}.adjustable_quantity", faults)
    least, last = value.get("minimum", 1), value.get("maximum", most)
    whole = all(type(number) is int for number in (least, last))
    if not whole or not 0 <= least <= last <= most:
        said = f"whole numbers from 0 to max_quantity ({most}), the minimum first"
        faults.append(f"{where}.adjustable_quantity: {said}")
        return None
    return least, last


def _recurring(value: object, where: str, faults: list[str]) -> dict[str, str | int] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("interval") not in _INTERVALS:
        faults.append(f"{where}.recurring: an interval of day, week, month or year is needed")
        return None
    unknown_keys(value, _RECURRING_KEYS, f"{where}.recurring", faults)
    count = value.get("interval_count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        faults.append(f"{where}.recurring.interval_count: a whole number from 1 is needed")
        count = 1
    return {"interval": str(value["interval"]), "interval_count": count}
