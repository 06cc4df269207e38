"""Read an amount as people type it: 12.50, 12,50, or as the pages print it."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import NumberFormatError, get_currency_symbol, parse_decimal

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.money import exponent

_PLAIN = re.compile(r"[0-9]{1,12}(?:[.,]([0-9]{1,3}))?", re.ASCII)
_LONGEST = 40
# A point between thousands and a comma before the cents, or the other way round.
_WRITINGS = ("en", "de")


def minor_units(text: str, currency: str) -> int:
    """Return minor units, at least one. Raises InvalidInput."""
    amount, digits = _amount(text[:_LONGEST], currency), exponent(currency)
    if amount is None:
        raise _wrong(f"write the amount as a number with {digits} decimals")
    if amount <= 0:
        raise _wrong("type an amount above nothing")
    return int(amount.scaleb(digits))


def _amount(text: str, currency: str) -> Decimal | None:
    digits, bare = exponent(currency), "".join(text.split()).upper()
    for sign in (currency.upper(), get_currency_symbol(currency.upper(), "en")):
        bare = bare.removeprefix(sign).removesuffix(sign)
    plain = _PLAIN.fullmatch(bare)
    if plain and len(plain[1] or "") <= digits:
        return Decimal(bare.replace(",", "."))
    found = (_written(bare, way) for way in _WRITINGS if bare.isascii())
    return next((amount for amount in found if amount and _fits(amount, digits)), None)


def _written(bare: str, way: str) -> Decimal | None:
    try:
        return parse_decimal(bare, locale=way, strict=True)
    except NumberFormatError:
        return None


def _fits(amount: Decimal, digits: int) -> bool:
    """Refuse "1.250" where cents are two digits: nobody can tell what was meant."""
    exponent_ = amount.as_tuple().exponent
    decimals = -exponent_ if isinstance(exponent_, int) else -1
    return decimals == 0 if digits == 0 else 0 < decimals <= digits


def _wrong(why: str) -> InvalidInput:
    return InvalidInput([Fault("amount", why)])
