"""One shop for all pages in a browser."""

from __future__ import annotations

from tests.support.shops import running_shop, shop

__all__ = ["running_shop", "shop"]
