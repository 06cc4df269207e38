"""What a buyer is told when a card is refused, or when its date cannot be."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .errors import ApiError

_MONTHS = 12


def check_expiry(text: str, now: int) -> None:
    """Refuse a card of the past; a form without a date is let pass. Raises ApiError."""
    match = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*(?:20)?([0-9]{2})\s*", text)
    if not text.strip():
        return
    today = datetime.fromtimestamp(now, UTC)
    if match is None or not 1 <= int(match[1]) <= _MONTHS:
        code, message = "invalid_expiry_month", "Your card's expiration date is invalid."
    elif (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
        code, message = "invalid_expiry_year", "Your card's expiration date is in the past."
    else:
        return
    raise ApiError(message, status=402, kind="card_error", code=code, param="exp_year")


MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "incorrect_number": "Your card number is incorrect.",
    "payment_intent_authentication_failure": (
        "We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    ),
}


def decline_message(code: str, why: str | None) -> str:
    if code == "card_declined" and why == "insufficient_funds":
        return MESSAGES["insufficient_funds"]
    return MESSAGES.get(code, MESSAGES["card_declined"])
