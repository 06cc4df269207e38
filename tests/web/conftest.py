"""The real web floor over the whole product in this process: a stage beneath every application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.catalog import CATALOG

BASE = "http://127.0.0.1:8000"
SHOP_SITE = "https://site.example"
API_KEY = "key-of-the-merchants-backend"
MERCHANT = {"Authorization": f"Bearer {API_KEY}"}
_USUAL: dict[str, Any] = {
    "public_base_url": BASE,
    "allowed_origins": SHOP_SITE,
    "api_keys": API_KEY,
    "admin_password": None,
    "create_rate_limit": "10000 per minute",
    "poll_rate_limit": "10000 per minute",
}

MakeApp = Callable[..., Flask]


@pytest.fixture
def shop() -> Iterator[Stage]:
    with Stage(catalog=CATALOG) as opened:
        yield opened


@pytest.fixture
def make_app(shop: Stage, tmp_path: Path) -> MakeApp:
    """Build an application with other settings than the usual ones."""
    return lambda **changes: app_on(shop, tmp_path, **(_USUAL | changes))


@pytest.fixture(scope="session")
def usual_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with the usual settings: it keeps nothing of one test for the next."""
    with Stage(catalog=CATALOG) as shop:
        return app_on(shop, tmp_path_factory.mktemp("web"), **_USUAL)


@pytest.fixture
def app(usual_app: Flask, shop: Stage) -> Flask:
    usual_app.extensions["checkout_service"] = shop.use_cases
    return usual_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
