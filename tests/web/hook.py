"""Stripe's webhooks as they come over HTTP: bytes, and a signature over them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from checkout_service.domain.clock import SECOND
from tests.support.databases import KEYS
from tests.support.stage import Stage

EVENT: dict[str, Any] = {
    "id": "evt_1", "object": "event", "type": "account.updated", "livemode": False,
    "api_version": "2020-01-01", "created": 1, "data": {"object": {"id": "acct_1"}},
}  # fmt: skip


def sign(shop: Stage, body: bytes) -> str:
    """Sign any bytes, also such as are no text."""
    at = int(shop.now / SECOND)
    secret = KEYS["STRIPE_WEBHOOK_SECRET"].encode()
    signature = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signature}"


def signed_event(shop: Stage, event_id: str = "evt_1") -> tuple[bytes, str]:
    body = json.dumps(EVENT | {"id": event_id}).encode()
    return body, sign(shop, body)
