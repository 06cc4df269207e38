"""Fixtures: one shop for all modules of a package on a kind of database. Starting it is what costs.

A conftest that imports `running_shop` and `shop` gets a shop of its package; a module with another
catalog has a `running_shop` of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.merchant import SECRET, running_merchant
from tests.support.running_shop import Shop
from tests.support.service import Service, environment
from tests.support.stack import running_sandbox


@contextmanager
def open_shop(databases: Databases, kind: str, folder: Path, catalog: str = "") -> Iterator[Shop]:
    """Run a shop with this catalog's text; with the repository's own if it is empty."""
    with (
        running_merchant() as merchant,
        contextmanager(running_sandbox)(folder) as sandbox,
        contextmanager(databases.at_head)(kind) as database_url,
    ):
        env = environment(
            database_url=database_url, stripe_url=sandbox.url, port=sandbox.webhook_port
        ) | {
            "NOTIFY_URL": merchant.url,
            "NOTIFY_SECRET": SECRET,
            "NOTIFY_ALLOW_PRIVATE": "1",
            "WEB_THREADS": "16",
        }
        if catalog:
            (folder / "catalog.toml").write_text(catalog)
            env["CATALOG_FILE"] = str(folder / "catalog.toml")
        service = Service(folder, env)
        try:
            service.start_web()
            service.start_worker()
            shop = Shop(sandbox, [service], merchant)
            yield shop
        finally:
            service.stop()
        assert shop.paid_twice() == []


@pytest.fixture(scope="package")
def running_shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    with open_shop(databases, database_kind, tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(running_shop: Shop) -> Iterator[Shop]:
    """The shop, with a Stripe that has no faults before and after."""
    running_shop.no_faults()
    yield running_shop
    running_shop.no_faults()
