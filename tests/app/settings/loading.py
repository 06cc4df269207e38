"""Settings that start, and what is said of such as do not."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from checkout_service.settings import Settings, SettingsError

SANDBOX = {
    "stripe_secret_key": "sk_test_abc",
    "stripe_webhook_secret": "whsec_abc",
    "stripe_api_base": "http://127.0.0.1:4242",
}
LIVE = {
    "stripe_secret_key": "sk_live_abc",
    "stripe_publishable_key": "pk_live_abc",
    "stripe_webhook_secret": "whsec_abc",
    "database_url": "postgres://u:p@db.example/shop",
    "secret_key": secrets.token_hex(),
    "public_base_url": "https://shop.example",
}
NOTIFY = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def load(base: dict[str, Any] = SANDBOX, **changes: Any) -> Settings:
    return Settings.load(**(base | changes))


def refusal(base: dict[str, Any] = SANDBOX, **changes: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(base, **changes)
    return str(caught.value)


def named(message: str) -> set[str]:
    return {line.split(":")[0].strip() for line in message.splitlines()[1:]}
