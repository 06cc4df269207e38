"""The shop of the other browser tests, and its camera."""

from tests.pages.checkout.conftest import catalog, running_shop, shop, snap

__all__ = ["catalog", "running_shop", "shop", "snap"]
