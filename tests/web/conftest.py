"""The real web floor over a shop in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service import create_app
from checkout_service.settings import Settings
from tests.web.fakes import FakeShop

BASE = "http://127.0.0.1:8000"
SHOP_SITE = "https://site.example"
API_KEY = "key-of-the-merchants-backend"
MERCHANT = {"Authorization": f"Bearer {API_KEY}"}

MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def make_app(shop: FakeShop, tmp_path: Path) -> Callable[..., Flask]:
    """Build an application with other settings than the usual ones."""

    def make(**changes: Any) -> Flask:
        values: dict[str, Any] = {
            "stripe_secret_key": "sk_test_web",
            "stripe_webhook_secret": "whsec_web",
            "stripe_api_base": "http://127.0.0.1:9",
            "database_url": f"sqlite:///{tmp_path}/web.sqlite3",
            "secret_key": "tests-only",
            "public_base_url": BASE,
            "allowed_origins": SHOP_SITE,
            "api_keys": API_KEY,
            "create_rate_limit": "1000 per minute",
            "poll_rate_limit": "1000 per minute",
        }
        app = create_app(Settings.load(**(values | changes)))
        app.extensions["checkout_service"] = shop
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
