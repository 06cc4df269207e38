"""Verify a notification with the standard library alone.

`verify` takes the raw body, before anything parsed it. Keep `webhook-id`: a message may come
more than once, and the same id is the same message.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

SECRET = os.environ["NOTIFY_SECRET"]  # whsec_...
TOLERANCE = 300  # seconds


class NotGenuine(Exception):
    """Answer 400 and do nothing."""


def verify(body: bytes, headers: Mapping[str, str]) -> Any:
    """Return the event. Raises NotGenuine if it is forged, altered or stale."""
    try:
        message, sent_at = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split()
        age = abs(time.time() - int(sent_at))
    except (KeyError, ValueError):
        raise NotGenuine("a header is missing or malformed") from None
    if age > TOLERANCE:
        raise NotGenuine("older than five minutes, or a clock is wrong")
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = b".".join((message.encode(), sent_at.encode(), body))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    # While secrets rotate there is one signature for each of them.
    if not any(hmac.compare_digest(expected, one.encode()) for one in signatures):
        raise NotGenuine("no signature fits")
    return json.loads(body)


if __name__ == "__main__":
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    try:
        event = verify(sys.stdin.buffer.read(), dict(zip(names, sys.argv[1:], strict=True)))
    except NotGenuine as error:
        sys.exit(f"not genuine: {error}")
    print(event["type"], event["data"]["order"]["id"])
