"""A notification is believed if it is genuine, and its shape is the one that is documented."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest
from standardwebhooks import Webhook
from werkzeug.datastructures import Headers

from checkout_service import create_app
from checkout_service.settings import Settings
from checkout_service_client import NotGenuine, verify
from checkout_service_client.notifications import EventData
from tests.support.databases import KEYS

SECRET = f"whsec_{base64.b64encode(b'a' * 24).decode()}"
OTHER = f"whsec_{base64.b64encode(b'b' * 24).decode()}"
BODY = b'{"type": "order.paid", "data": {}}'


def signed(secret: str = SECRET, *, age: int = 0, body: bytes = BODY) -> dict[str, str]:
    sent_at = str(int(time.time()) - age)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"msg_1.{sent_at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": sent_at, "Webhook-Signature": signature}


def test_what_is_genuine_is_believed_in_any_frameworks_headers() -> None:
    headers = signed()

    assert verify(BODY, headers, SECRET)["type"] == "order.paid"
    assert verify(BODY, Headers(headers), SECRET)["type"] == "order.paid"
    assert Webhook(SECRET).verify(BODY, {name.lower(): headers[name] for name in headers})


def test_while_secrets_rotate_each_of_them_will_do() -> None:
    both = signed()
    both["Webhook-Signature"] += f" {signed(OTHER)['Webhook-Signature']} v2,else"

    for secret in (SECRET, OTHER, f"{OTHER}, {SECRET}"):
        assert verify(BODY, both, secret)


@pytest.mark.parametrize(
    ("how", "changed"),
    [
        ({"secret": OTHER}, {}),
        ({"body": b"{}"}, {}),
        ({"age": 301}, {}),
        ({"age": -310}, {}),
        ({}, {"Webhook-Id": "msg_2"}),
        ({}, {"Webhook-Timestamp": "now"}),
        ({}, {"Webhook-Signature": ""}),
        ({}, {"Webhook-Signature": "v1,ü"}),
    ],
    ids=["forged", "altered", "stale", "early", "other-id", "no-time", "unsigned", "odd"],
)
def test_what_is_not_genuine_is_not_believed(how: dict[str, Any], changed: dict[str, str]) -> None:
    for headers in (signed(**how) | changed, {}):
        with pytest.raises(NotGenuine):
            verify(BODY, headers, SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", f"{SECRET},", "whsec_?"])
def test_a_secret_that_anybody_could_guess_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        verify(BODY, signed(), secret)


def test_the_shape_of_a_notification_is_that_of_the_document() -> None:
    app = create_app(Settings.load(**{name.lower(): value for name, value in KEYS.items()}))
    webhooks = app.test_client().get("/api/v1/openapi.json").get_json()["webhooks"]
    bodies = [
        one["post"]["requestBody"]["content"]["application/json"] for one in webhooks.values()
    ]
    data = [body["schema"]["properties"]["data"] for body in bodies]
    hints = get_type_hints(EventData, include_extras=True)

    assert hints.keys() == {name for one in data for name in one["properties"]}
    always = {name for name in hints if get_origin(hints[name]) is not NotRequired}
    assert [one["required"] for one in data if not always <= set(one["required"])] == []
