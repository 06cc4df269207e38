"""The door for webhooks: believe nothing before the signature, and little after it.

Whatever is wrong, the caller learns a short reason and the sender nothing. The signature's age is
measured by real time, which Stripe's `t` is, whatever drill is running.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import stripe

from checkout_service.domain.clock import SECOND
from checkout_service.domain.errors import BadEvent

TOLERANCE = (
    300  # seconds, to both sides; https://docs.stripe.com/webhooks#verify-official-libraries
)
LONGEST_HEADER = 4096
_HEADER = re.compile(r"t=(\d{1,12})(?:,v\d{1,3}=[0-9a-f]{1,256}){1,32}", re.ASCII)


def verify(body: bytes, header: str | None, secrets: Sequence[str], *, now: int) -> tuple[str, int]:
    """Check a webhook's signature and age; return its text and when it was signed.

    Times are in milliseconds UTC, `now` is real time. While a secret is being rolled Stripe signs
    with both; any secret of ours will do. Raises BadEvent.
    """
    if not header or len(header) > LONGEST_HEADER:
        raise BadEvent("no usable signature header")
    shape = _HEADER.fullmatch(header)
    if shape is None:
        raise BadEvent("the signature header has another shape")
    if abs(now / SECOND - int(shape[1])) > TOLERANCE:
        raise BadEvent("the signature is too old or from the future")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEvent("the body is not UTF-8") from None
    if not any(_matches(text, header, secret) for secret in secrets):
        raise BadEvent("no signature matches")
    return text, int(shape[1]) * SECOND


def _matches(text: str, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(text, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True
