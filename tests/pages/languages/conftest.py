"""The shop of the other browser tests."""

from tests.journeys.conftest import catalog, running_shop, shop

__all__ = ["catalog", "running_shop", "shop"]
