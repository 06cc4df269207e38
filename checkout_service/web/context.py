"""What a view may reach: the settings and the use cases of the application it runs in."""

from __future__ import annotations

from typing import cast

from flask import current_app

from checkout_service.use_cases import UseCases

from .configured import (
    CATALOG,
    LOCALES,
    REQUEST_ID,
    SETTINGS,
    SHOP,
    USE_CASES,
    catalog,
    request_id,
    settings,
    shop,
    stripe_locales,
)

__all__ = [
    "CATALOG",
    "LOCALES",
    "REQUEST_ID",
    "SETTINGS",
    "SHOP",
    "USE_CASES",
    "catalog",
    "request_id",
    "settings",
    "shop",
    "stripe_locales",
    "use_cases",
]


def use_cases() -> UseCases:
    return cast("UseCases", current_app.extensions[USE_CASES])
