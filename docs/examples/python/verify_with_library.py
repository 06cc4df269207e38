"""Verify a notification with the Standard Webhooks library: pip install standardwebhooks.

`verify` takes the raw body, before anything parsed it, and the request's headers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = os.environ["NOTIFY_SECRET"]  # whsec_...


def verify(body: bytes, headers: Mapping[str, str]) -> Any:
    """Return the event. Raises WebhookVerificationError if it is forged, altered or stale."""
    return Webhook(SECRET).verify(body, dict(headers))


if __name__ == "__main__":
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    try:
        event = verify(sys.stdin.buffer.read(), dict(zip(names, sys.argv[1:], strict=True)))
    except WebhookVerificationError as error:
        sys.exit(f"not genuine: {error}")
    print(event["type"], event["data"]["order"]["id"])
