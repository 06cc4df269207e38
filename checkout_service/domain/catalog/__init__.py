"""What is for sale: the catalog as it is used, and how its file is read, one file a table."""

from __future__ import annotations

from .catalog import Catalog, PaymentLink, Price, Product
from .load import load_catalog
from .shop import Shop

__all__ = ["Catalog", "PaymentLink", "Price", "Product", "Shop", "load_catalog"]
