"""What a buyer is told when a card is refused, or when its date cannot be."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .errors import ApiError
from .forms import integer
from .store import Json

_MONTHS, _CENTURY = 12, 100
_MOST_YEARS = 50  # ahead


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


def expiry(card: Json, now: int) -> Json:
    """Read until when a card is good, as far as that is told. Raises ApiError 402."""
    month, year = integer(card, "exp_month"), integer(card, "exp_year")
    if month is not None and not 1 <= month <= _MONTHS:
        raise _expired("month")
    if year is not None:
        year += 2000 if 0 <= year < _CENTURY else 0
        today = datetime.fromtimestamp(now, UTC)
        if not today.year <= year <= today.year + _MOST_YEARS:
            raise _expired("year")
        if (year, month or _MONTHS) < (today.year, today.month):
            raise _expired("month")
    said = {"exp_month": month, "exp_year": year}
    return {name: value for name, value in said.items() if value is not None}


def _expired(what: str) -> ApiError:
    return ApiError(
        f"Your card's expiration {what} is invalid.",
        status=402,
        kind="card_error",
        code=f"invalid_expiry_{what}",
        param=f"exp_{what}",
    )


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
