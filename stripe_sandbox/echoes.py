"""Parameters that change nothing of a payment: a session shows them as they were given."""

from __future__ import annotations

from typing import Any

from .shapes import nulls
from .store import Json

_BRAND: Json = {
    **nulls("icon", "logo"),
    "background_color": "#ffffff",
    "border_style": "rounded",
    "button_color": "#0074d4",
    "display_name": "Sandbox",
    "font_family": "default",
}
# What is shown, with every field of each table.
_TABLES: dict[str, Json] = {
    "branding_settings": _BRAND,
    "custom_text": nulls(
        "after_submit", "shipping_address", "submit", "terms_of_service_acceptance"
    ),
    "saved_payment_method_options": nulls(
        "allow_redisplay_filters", "payment_method_remove", "payment_method_save"
    ),
    "wallet_options": nulls("link"),
}
_TEXTS = ("integration_identifier", "origin_context", "submit_type")
ECHOED = (*_TABLES, *_TEXTS)


def shown(params: Json) -> dict[str, Any]:
    """Show what was given of these."""
    texts = {name: params[name] for name in _TEXTS if name in params}
    tables = {
        name: usual | {key: _whole(key, value) for key, value in params[name].items() if value}
        for name, usual in _TABLES.items()
        if name in params
    }
    return texts | tables


def _whole(name: str, value: Any) -> Any:
    """Show a picture with both of its addresses, the file's and the web's."""
    return nulls("file", "url") | value if name in ("icon", "logo") else value
