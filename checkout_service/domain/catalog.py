"""What is for sale. Amounts come from here (or from Stripe's Price), never from a browser."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .checkout_options import CheckoutOptions, read_options
from .errors import BadCatalog
from .money import BadAmount, check_unit_amount
from .texts import why_unreadable

DEFAULT_MAX_QUANTITY = 99
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_INTERVALS = frozenset(("day", "week", "month", "year"))


@dataclass(frozen=True, slots=True)
class Price:
    """A price of a product: minor units and currency, or the id of Stripe's own Price."""

    id: str
    product: str
    name: str
    description: str
    currency: str | None
    unit_amount: int | None
    max_quantity: int = DEFAULT_MAX_QUANTITY
    stripe_price: str | None = None
    recurring: Mapping[str, str | int] | None = None


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str
    description: str
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """A Payment Link of the merchant's and the price its payments must match."""

    id: str
    url: str
    stripe_payment_link: str
    price: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Catalog:
    products: tuple[Product, ...] = ()
    payment_links: tuple[PaymentLink, ...] = ()
    options: CheckoutOptions = field(default_factory=CheckoutOptions)

    def price(self, price_id: str) -> Price | None:
        for product in self.products:
            for price in product.prices:
                if price.id == price_id:
                    return price
        return None

    def link(self, link_id: str) -> PaymentLink | None:
        return next((link for link in self.payment_links if link.id == link_id), None)

    def link_of_stripe(self, plink: str) -> PaymentLink | None:
        return next((k for k in self.payment_links if k.stripe_payment_link == plink), None)


def load_catalog(path: Path, *, locales: Collection[str] | None = None) -> Catalog:
    """Read the catalog file. Raises BadCatalog with one message naming every fault.

    `locales` are the languages that Stripe's page speaks; None leaves that to Stripe.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadCatalog(f"CATALOG_FILE: the catalog {path} does not exist.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCatalog(f"CATALOG_FILE: the catalog {path} is not TOML: {error}") from error
    faults: list[str] = []
    products = tuple(_product(item, faults) for item in _tables(data, "products", faults))
    links = tuple(_link(item, faults) for item in _tables(data, "payment_links", faults))
    options = read_options(data.get("checkout", {}), faults, locales=locales)
    catalog = Catalog(products, links, options)
    _check_whole(catalog, faults)
    if faults:
        raise BadCatalog(f"CATALOG_FILE: the catalog {path} has faults:\n  " + "\n  ".join(faults))
    return catalog


def _tables(data: Mapping[str, object], key: str, faults: list[str]) -> list[dict[str, object]]:
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        faults.append(f"{key}: must be a list of tables ([[{key}]])")
        return []
    return tables


def _text(item: Mapping[str, object], key: str, faults: list[str], default: str | None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str) or not (value or default == ""):
        faults.append(f"{item.get('id', '?')}.{key}: a text is needed")
        return ""
    return value


def _name(item: Mapping[str, object], faults: list[str]) -> str:
    """Read a name that Stripe is told: it must come back as it was given."""
    name = _text(item, "name", faults, None)
    if why := why_unreadable(name):
        faults.append(f"{item.get('id', '?')}.name: {why}")
    return name


def _number(item: Mapping[str, object], key: str, faults: list[str], default: int) -> int:
    value = item.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        faults.append(f"{item.get('id', '?')}.{key}: a whole number from 1 is needed")
        return default
    return value


def _product(item: Mapping[str, object], faults: list[str]) -> Product:
    product = Product(
        id=_text(item, "id", faults, None),
        name=_name(item, faults),
        description=_text(item, "description", faults, ""),
        prices=(),
    )
    prices = tuple(_price(price, product, faults) for price in _tables(item, "prices", faults))
    return Product(product.id, product.name, product.description, prices)


def _price(item: Mapping[str, object], product: Product, faults: list[str]) -> Price:
    price_id = _text(item, "id", faults, None)
    stripe_price = item.get("stripe_price")
    currency, unit_amount = item.get("currency"), item.get("unit_amount")
    if stripe_price is None:
        try:
            check_unit_amount(unit_amount, currency)  # type: ignore[arg-type]  # it checks the types
        except (BadAmount, TypeError) as error:
            faults.append(f"{price_id}: {error}")
    elif currency is not None or unit_amount is not None:
        faults.append(f"{price_id}: give stripe_price or currency and unit_amount, not both")
    return Price(
        id=price_id,
        product=product.id,
        name=product.name,
        description=product.description,
        currency=currency if isinstance(currency, str) else None,
        unit_amount=unit_amount if isinstance(unit_amount, int) else None,
        max_quantity=_number(item, "max_quantity", faults, DEFAULT_MAX_QUANTITY),
        stripe_price=str(stripe_price) if stripe_price else None,
        recurring=_recurring(item.get("recurring"), price_id, faults),
    )


def _recurring(value: object, where: str, faults: list[str]) -> dict[str, str | int] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("interval") not in _INTERVALS:
        faults.append(f"{where}.recurring: an interval of day, week, month or year is needed")
        return None
    count = value.get("interval_count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        faults.append(f"{where}.recurring.interval_count: a whole number from 1 is needed")
        count = 1
    return {"interval": str(value["interval"]), "interval_count": count}


def _link(item: Mapping[str, object], faults: list[str]) -> PaymentLink:
    return PaymentLink(
        id=_text(item, "id", faults, None),
        url=_text(item, "url", faults, None),
        stripe_payment_link=_text(item, "stripe_payment_link", faults, None),
        price=_text(item, "price", faults, None),
        quantity=_number(item, "quantity", faults, 1),
    )


def _check_whole(catalog: Catalog, faults: list[str]) -> None:
    prices = [price.id for product in catalog.products for price in product.prices]
    links = [link.id for link in catalog.payment_links]
    for kind, names in (("price", prices), ("payment link", links)):
        twice = {name for name in names if names.count(name) > 1}
        faults += [f"{name}: this {kind} id is given twice" for name in sorted(twice)]
        faults += [f"{n!r}: letters, digits, - and _ only" for n in names if not _NAME.fullmatch(n)]
    if "return" in links:
        faults.append("return: buyers come back there, no payment link can have this id")
    for link in catalog.payment_links:
        if link.price and link.price not in prices:
            faults.append(f"{link.id}.price: there is no price {link.price}")
