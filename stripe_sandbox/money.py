"""Stripe's rules for amounts, as its API enforces them."""

from __future__ import annotations

from decimal import Decimal

from .errors import ApiError, invalid

ZERO = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
     "xof", "xpf")
)  # fmt: skip
THREE = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
_CURRENCIES = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp
    byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel
    gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw
    kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mro mur mvr mwk mxn myr mzn
    nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr
    sek sgd shp sle sll sos srd std svc szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu
    uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
"""
_KNOWN = frozenset(_CURRENCIES.split())
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
_LEAST = {"usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "cad": 50, "aud": 50, "chf": 50}


def check_currency(text: object, param: str = "currency") -> str:
    if not isinstance(text, str) or text.lower() not in _KNOWN:
        known = ", ".join(sorted(_KNOWN))
        message = f"Invalid currency: {text}. Stripe currently supports these currencies: {known}"
        raise invalid(param, message)
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
    check_size(amount, currency, param)


def check_size(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse more than Stripe would charge, or give back. Raises ApiError."""
    if abs(amount) >= 10 ** (12 if currency == "idr" else 8):
        raise ApiError("Amount is too large.", code="amount_too_large", param=param)


def least(currency: str) -> int:
    """Return the smallest amount that is charged."""
    return _LEAST.get(currency, 1)


def check_total(total: int, currency: str, param: str) -> None:
    """Refuse what a session comes to. Raises ApiError."""
    if 0 < total < _LEAST.get(currency, 1):
        least = shown(_LEAST[currency], currency).removesuffix(f" {currency.upper()}")
        sign = _SIGNS.get(currency, "")
        raise ApiError(
            "The Checkout Session's total amount due must add up to at least "
            f"{sign}{least} {currency}",
            code="amount_too_small",
            param=param,
        )
    check_amount(total, currency, param)


def shown(amount: int, currency: str) -> str:
    places = 0 if currency in ZERO else 3 if currency in THREE else 2
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency.upper()}"
