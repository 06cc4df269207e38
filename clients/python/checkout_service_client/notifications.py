"""Notifications as they come: signed by Standard Webhooks 1.0, and believed only if genuine."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from typing import NotRequired, Protocol, TypedDict

from .shapes import (
    EventType,
    NotifiedDispute,
    NotifiedInvoice,
    NotifiedRefund,
    NotifiedWarning,
    PrivateOrder,
    Shipment,
    Subscription,
)

TOLERANCE = 300  # seconds between their clock and ours
SHORTEST_KEY = 24  # bytes


class EventData(TypedDict):
    """What a notification tells of: the order always, the rest by the kind."""

    order: PrivateOrder
    sequence: int
    refund: NotRequired[NotifiedRefund]
    dispute: NotRequired[NotifiedDispute]
    early_fraud_warning: NotRequired[NotifiedWarning]
    shipment: NotRequired[Shipment]
    subscription: NotRequired[Subscription]
    invoice: NotRequired[NotifiedInvoice]


class Event(TypedDict):
    """The body of a notification."""

    type: EventType
    timestamp: str
    data: EventData


class Headers(Protocol):
    """A request's headers in any framework."""

    def items(self) -> Iterable[tuple[str, str]]: ...


class NotGenuine(Exception):
    """Forged, altered or stale: answer 400 and do nothing."""


def verify(body: bytes, headers: Headers, secret: str) -> Event:
    """Return what a notification says.

    `body` is what came over the wire, before anything parsed it; `secret` is NOTIFY_SECRET, several
    separated by commas while they rotate. Keep `webhook-id`: the same id is the same message.
    Raises NotGenuine, and ValueError for a secret that is none.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        message, sent_at = named["webhook-id"], named["webhook-timestamp"]
        age = abs(time.time() - int(sent_at))
        signatures = [one.encode() for one in named["webhook-signature"].split()]
    except (KeyError, ValueError):
        raise NotGenuine("a header is missing or malformed") from None
    if age > TOLERANCE:
        raise NotGenuine("older than five minutes, or a clock is wrong")
    signed = b".".join((message.encode(), sent_at.encode(), body))
    expected = [_signature(signed, key) for key in _keys(secret)]
    if not any(hmac.compare_digest(ours, one) for ours in expected for one in signatures):
        raise NotGenuine("no signature fits")
    try:
        event: Event = json.loads(body)
    except ValueError:
        raise NotGenuine("the body is no JSON") from None
    return event


def _keys(secret: str) -> list[bytes]:
    """Read the keys: an empty one would let anybody sign."""
    try:
        keys = [
            base64.b64decode(one.strip().removeprefix("whsec_"), validate=True)
            for one in secret.split(",")
        ]
    except binascii.Error:
        keys = []
    if not keys or min(map(len, keys)) < SHORTEST_KEY:
        raise ValueError("the secret is not whsec_ and the base64 of 24 bytes or more")
    return keys


def _signature(signed: bytes, key: bytes) -> bytes:
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
