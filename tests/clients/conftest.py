"""The shop of the documents' examples, for the clients that they are written with."""

from __future__ import annotations

from tests.docs.conftest import curl, node, run, shop, site, site_and_shop

__all__ = ["curl", "node", "run", "shop", "site", "site_and_shop"]
