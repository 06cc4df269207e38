"""One shop for all journeys on a kind of database: starting it is what costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.databases import Databases
from tests.support.merchant import SECRET, running_merchant
from tests.support.service import Service, environment
from tests.support.stack import running_sandbox

from .shop import Shop


@pytest.fixture(scope="module")
def catalog() -> str:
    """Return the catalog's text; empty for the one of the repository."""
    return ""


@pytest.fixture(scope="module")
def running_shop(
    databases: Databases,
    database_kind: str,
    tmp_path_factory: pytest.TempPathFactory,
    catalog: str,
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with (
        running_merchant() as merchant,
        contextmanager(running_sandbox)(folder) as sandbox,
        contextmanager(databases.at_head)(database_kind) as database_url,
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
        service.start_web()
        service.start_worker()
        shop = Shop(sandbox, [service], merchant)
        yield shop
        service.stop()
        assert shop.paid_twice() == []


@pytest.fixture
def shop(running_shop: Shop) -> Iterator[Shop]:
    """The shop, with a Stripe that has no faults before and after."""
    running_shop.no_faults()
    yield running_shop
    running_shop.no_faults()
