"""The doors of the Payment Links: real use cases, and no Stripe at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service import create_app
from checkout_service.settings import Settings
from tests.support.databases import Databases
from tests.support.link_shop import catalog_text
from tests.web.conftest import API_KEY, BASE, SHOP_SITE
from tests.web.links.doors import BUY, MakeApp


@pytest.fixture(scope="module")
def make_app(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeApp]:
    catalog = tmp_path_factory.mktemp("links") / "catalog.toml"
    catalog.write_text(catalog_text(BUY))
    engines: list[Any] = []

    def make(**changes: Any) -> Flask:
        values: dict[str, Any] = {
            "stripe_secret_key": "sk_test_links",
            "stripe_webhook_secret": "whsec_links",
            "stripe_api_base": "http://127.0.0.1:9",
            "database_url": database_url,
            "catalog_file": str(catalog),
            "secret_key": "tests-only",
            "public_base_url": BASE,
            "allowed_origins": SHOP_SITE,
            "api_keys": API_KEY,
            "create_rate_limit": "1000 per minute",
            "poll_rate_limit": "1000 per minute",
        }
        app = create_app(Settings.load(**(values | changes)))
        engines.append(app.extensions["checkout_service"].start_link.database.engine)
        return app

    with contextmanager(databases.at_head)(database_kind) as database_url:
        yield make
        for engine in engines:
            engine.dispose()


@pytest.fixture(scope="module")
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
