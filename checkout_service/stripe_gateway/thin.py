"""Thin events: Stripe says which object changed, and not how. The SDK reads them; nobody asks.

https://docs.stripe.com/event-destinations#thin-payload
"""

from __future__ import annotations

import re

import stripe
from stripe.v2.core import EventNotification

from checkout_service.domain.clock import from_rfc3339
from checkout_service.domain.facts.snapshots import IncomingEvent, ThinNotice

from .event_kinds import TYPES
from .fields import Json, Malformed, identifier, livemode, reference

OBJECT = "v2.core.event"
_KNOWN = frozenset(f"v1.{kind}" for kind in TYPES)
_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,250}", re.ASCII)
_CONTEXT = re.compile(r"[A-Za-z0-9_/]{1,250}", re.ASCII)
# Handed to the SDK: what we use, so that the rest of an event may be of any shape.
_USED = ("id", "object", "type", "created", "livemode", "related_object")


def thin_event_of(data: Json, body: bytes, client: stripe.StripeClient) -> IncomingEvent:
    """Translate a verified thin event. Raises Malformed."""
    _check(data, "id", _ID)
    _check(data, "type", _TYPE)
    context = None if data.get("context") is None else _check(data, "context", _CONTEXT)
    used = {key: data[key] for key in _USED if key in data}
    try:
        read = EventNotification.from_json(used, client)
    except (LookupError, TypeError, ValueError):
        raise Malformed("related_object") from None
    return IncomingEvent(
        id=read.id,
        type=read.type,
        api_version=None,
        livemode=livemode(data),
        created=_moment(read.created),
        body=body,
        notice=_notice(read, data) if read.type in _KNOWN else None,
        account=context,
    )


def _notice(read: EventNotification, data: Json) -> ThinNotice | None:
    """Name the object that it tells of; None where it names none."""
    related = getattr(read, "related_object", None)
    if related is None:
        return None
    named = {"id": related.id, "type": related.type}
    return ThinNotice(
        identifier(named, "id"), _check(named, "type", _TYPE), reference(data, "snapshot_event")
    )


def _check(data: Json, key: str, shape: re.Pattern[str]) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Malformed(key)
    return value


def _moment(created: object) -> int:
    try:
        return from_rfc3339(str(created))
    except (TypeError, ValueError, OverflowError):
        raise Malformed("created") from None
