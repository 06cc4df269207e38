"""What the application was configured with, and what it knows of the request at hand."""

from __future__ import annotations

from typing import cast

from flask import current_app, request

from checkout_service.domain.catalog import Catalog, Shop
from checkout_service.settings import Settings

SETTINGS = "CHECKOUT_SETTINGS"
CATALOG, SHOP = "CHECKOUT_CATALOG", "CHECKOUT_SHOP"
LOCALES = "STRIPE_LOCALES"
USE_CASES = "checkout_service"
REQUEST_ID = "checkout_service.request_id"


def settings() -> Settings:
    return cast("Settings", current_app.config[SETTINGS])


def catalog() -> Catalog:
    """Return what the catalog says today."""
    return cast("Catalog", current_app.config[CATALOG])


def shop() -> Shop:
    """Return who sells, as every page shows it."""
    return cast("Shop", current_app.config[SHOP])


def stripe_locales() -> tuple[str, ...]:
    """Return the languages that Stripe's page speaks."""
    return cast("tuple[str, ...]", current_app.config[LOCALES])


def request_id() -> str:
    """Return this request's id; it is on every answer, error page and log line."""
    return cast("str", request.environ.get(REQUEST_ID, ""))
