"""Read the catalog file, and refuse it with every fault it has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

from checkout_service.domain.errors import BadCatalog

from .catalog import Catalog
from .fields import tables_of, unknown_keys
from .options import read_options
from .payment_links import read_payment_link
from .products import read_product
from .shop import read_shop

_TABLES = ("shop", "checkout", "products", "payment_links")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)


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
    except RecursionError as error:
        raise BadCatalog(f"CATALOG_FILE: the catalog {path} is nested too deep.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadCatalog(f"CATALOG_FILE: the catalog {path} cannot be read: {why}.") from error
    faults: list[str] = []
    unknown_keys(data, _TABLES, "", faults)
    products = tuple(read_product(item, faults) for item in tables_of(data, "products", faults))
    links = tuple(
        read_payment_link(item, faults) for item in tables_of(data, "payment_links", faults)
    )
    options = read_options(data.get("checkout", {}), faults, locales=locales)
    shop = read_shop(data.get("shop", {}), faults)
    catalog = Catalog(products, links, options, shop)
    faults += [*_names(catalog), *_references(catalog)]
    if faults:
        raise BadCatalog(f"CATALOG_FILE: the catalog {path} has faults:\n  " + "\n  ".join(faults))
    return catalog


def _names(catalog: Catalog) -> Iterator[str]:
    """Name the ids that are given twice, are no words for an address, or are taken."""
    prices = [price.id for product in catalog.products for price in product.prices]
    links = [link.id for link in catalog.payment_links]
    for kind, names in (("price", prices), ("payment link", links)):
        twice = {name for name in names if names.count(name) > 1}
        yield from (f"{name}: this {kind} id is given twice" for name in sorted(twice))
        unfit = (name for name in names if not _NAME.fullmatch(name))
        yield from (f"{name!r}: letters, digits, - and _ only" for name in unfit)
    if "return" in links:
        yield "return: buyers come back there, no payment link can have this id"


def _references(catalog: Catalog) -> Iterator[str]:
    """Name the payment links whose price is none of the catalog's."""
    for link in catalog.payment_links:
        if link.price and catalog.price(link.price) is None:
            yield f"{link.id}.price: there is no price {link.price}"
