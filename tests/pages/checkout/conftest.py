"""One shop for all pages of a module."""

from __future__ import annotations

from tests.journeys.conftest import catalog, running_shop, shop

__all__ = ["catalog", "running_shop", "shop"]
