"""Stripe's rules for amounts, as its API enforces them."""

from __future__ import annotations

from decimal import Decimal

from .errors import ApiError, invalid

ZERO = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
     "xof", "xpf")
)  # fmt: skip
THREE = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
_LEAST = {"usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "cad": 50, "aud": 50, "chf": 50}


def check_currency(text: object, param: str = "currency") -> str:
    if not isinstance(text, str) or len(text) != 3 or not text.isalpha():  # noqa: PLR2004
        raise invalid(param, f"Invalid currency: {text}.")
    return text.lower()


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount that Stripe would not charge. Raises ApiError."""
    if amount < 0:
        raise invalid(param, "Invalid non-negative integer", "parameter_invalid_integer")
    if currency in THREE and amount % 10:
        raise invalid(param, "The last digit of a three-decimal amount must be 0.")
    if 0 < amount < _LEAST.get(currency, 1):
        raise ApiError(
            f"Amount must be no less than {shown(_LEAST[currency], currency)}",
            code="amount_too_small",
            param=param,
        )
    if amount >= 10 ** (12 if currency == "idr" else 8):
        raise ApiError("Amount is too large.", code="amount_too_large", param=param)


def shown(amount: int, currency: str) -> str:
    places = 0 if currency in ZERO else 3 if currency in THREE else 2
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency.upper()}"
