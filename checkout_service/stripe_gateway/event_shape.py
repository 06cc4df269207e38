"""Read an event's JSON, once it is known to be Stripe's. Valid JSON is not yet an event.

Depth is bounded before parsing, and NaN and Infinity are refused: Python would take both.
A snapshot event shows its object; a thin one only names it.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

import stripe

from checkout_service.domain.errors import BadEvent
from checkout_service.domain.facts.snapshots import Billing, IncomingEvent, Subject

from .fields import Json, Malformed, livemode, maybe_word, moment, reference, wants_object, word
from .thin import OBJECT as THIN
from .thin import thin_event_of
from .translate import subject_of
from .translate_billing import EVENTS as OF_SUBSCRIPTIONS

DEEPEST = 64
_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}", re.ASCII)
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def read_event(text: str, body: bytes, client: stripe.StripeClient) -> IncomingEvent:
    """Make an event of verified text; `body` is kept byte for byte. Raises BadEvent.

    `client` is for the SDK, which reads a thin event as one of this client's; nothing is asked.
    """
    if _too_deep(text):
        raise BadEvent("the body is nested too deep")
    try:
        data = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadEvent("the body is not JSON") from None
    try:
        if isinstance(data, dict) and data.get("object") == THIN:
            return thin_event_of(data, body, client)
        return event_of(data, body)
    except Malformed as error:
        raise BadEvent(f"the event's {error} is missing or of another type") from None


def event_of(value: object, body: bytes) -> IncomingEvent:
    """Translate an event. Raises Malformed."""
    data = wants_object(value, "body")
    if data.get("object") != "event":
        raise Malformed("object")
    event_id, event_type = data.get("id"), word(data, "type")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        raise Malformed("id")
    thing = _object_of(data)
    subject, unreadable = _read(event_type, thing)
    return IncomingEvent(
        id=event_id,
        type=event_type,
        api_version=maybe_word(data, "api_version"),
        livemode=livemode(data),
        created=_created(data),
        body=body,
        subject=subject,
        account=reference(data, "account"),
        context=None if data.get("context") is None else str(data["context"]),
        unreadable=unreadable,
        hints=() if unreadable is None else _hints(thing),
    )


def _read(event_type: str, thing: Json) -> tuple[Subject | Billing | None, str | None]:
    """Translate an event's object. One we cannot read is no reason to refuse the event."""
    try:
        return _subject(event_type, thing), None
    except Malformed as error:
        return None, str(error)


def _hints(thing: Json) -> tuple[str, ...]:
    metadata = thing.get("metadata")
    named = metadata.get("order_id") if isinstance(metadata, dict) else None
    found = (named, thing.get("id"), thing.get("payment_intent"))
    return tuple(hint for hint in found if isinstance(hint, str))


def _subject(event_type: str, data: Json) -> Subject | Billing | None:
    translate = OF_SUBSCRIPTIONS.get(event_type)
    return translate(data) if translate else subject_of(event_type, data)


def _object_of(event: Json) -> Json:
    return wants_object(wants_object(event.get("data"), "data").get("object"), "data.object")


def _created(event: Json) -> int:
    created = moment(event, "created")
    if not created:
        raise Malformed("created")
    return created


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _too_deep(text: str) -> bool:
    """Count levels, skipping strings; few brackets need no counting."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return False
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        match token[0]:
            case "{" | "[":
                depth += 1
                if depth > DEEPEST:
                    return True
            case "}" | "]":
                depth -= 1
    return False
