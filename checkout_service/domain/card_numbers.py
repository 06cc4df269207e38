"""Card numbers, told from other long numbers: an issuer's prefix and length, and a check digit.

One that a buyer typed into the wrong field must not be kept. A time, a snowflake id, an article
number or a UUID is none, whatever its digits sum up to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from urllib.parse import unquote_plus

_LENGTHS = (13, 14, 15, 16, 19)
_SHORTEST = min(_LENGTHS)
# As issued. Lengths that a scheme allows and no bank uses are left out: other ids have them.
_ISSUED = re.compile(
    r"""  4(?:\d{12}|\d{15}|\d{18})                                           # Visa
        | (?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}    # Mastercard
        | 3[47]\d{13}                                                         # American Express
        | (?:6011|64[4-9]\d|65\d\d)\d{12}(?:\d{3})?                           # Discover
        | 3(?:0[0-5]|095|6\d|[89]\d)\d{11} | 3(?:0[0-5]|[89]\d)\d{13}          # Diners Club
        | 35(?:2[89]|[3-8]\d)\d{12}                                           # JCB
        | 62\d{14}(?:\d{3})?                                                  # UnionPay
        | (?:50(?:18|20|38)|5893|6304|6759|676[1-3])\d{9}(?:\d{2,3}|\d{6})?  # Maestro
        | (?:220[0-4]|508\d|606[01]|8[12]\d\d|9792)\d{12}                     # Mir, RuPay, Troy
    """,
    re.VERBOSE | re.ASCII,
)
_GROUPS = re.compile(r"\d+(?:[\s\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212-]{1,3}\d+)*")
_REPLACED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_DIGITS = re.compile(r"\d+")
_UUID = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", re.IGNORECASE
)
# A number may lean on a word (`card4242...`), but not stand amid the letters and digits of an id.
_WORD_BEFORE = re.compile(r"(?<![^\W_])[^\W\d]*\Z")
_WORD_AFTER = re.compile(r"[^\W\d]*(?![^\W_])")
_MOST_OF_A_WORD = 40
_ARTICLE_NUMBER = 13  # digits
_LONGER_THAN_A_CALL = 20  # a telephone number with +, its 15 digits in groups (E.164)


def holds_card_number(text: str) -> bool:
    """True if a card number is written in a text, with or without spaces and dashes."""
    if _too_few_digits(text):
        return False
    if "%" in text or "+" in text:
        text = f"{text} {unquote_plus(text)}"
    if not text.isascii():
        text = "".join(_as_ascii(char) for char in unicodedata.normalize("NFKC", text))
    return any(_is_card(number) for number in _numbers(_UUID.sub("", text)))


def _too_few_digits(text: str) -> bool:
    return len(text) < _SHORTEST or len(_DIGITS.sub("", text)) > len(text) - _SHORTEST


def _as_ascii(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _numbers(text: str) -> Iterator[str]:
    """Return what some neighbouring groups of digits make, if its length and sum are a card's.

    The sums are taken once, so that a body full of short groups costs no more than its length.
    """
    for found in _GROUPS.finditer(text):
        if not _stands_alone(text, found):
            continue
        groups = [group.span() for group in _DIGITS.finditer(found[0])]
        digits = "".join(_DIGITS.findall(found[0]))
        sums = _running_sums(digits)
        ends = set(accumulate(end - start for start, end in groups))
        for start in (0, *sorted(ends)):
            for length in _LENGTHS:
                end = start + length
                if end in ends and (sums[end % 2][end] - sums[end % 2][start]) % 10 == 0:
                    yield digits[start:end]


def _running_sums(digits: str) -> tuple[list[int], list[int]]:
    """Sum digits up, every other one replaced: for numbers that end at an even or an odd place.

    https://www.iso.org/standard/70484.html (ISO/IEC 7812-1, annex B)
    """
    plain = [int(digit) for digit in digits]
    even, odd = plain.copy(), plain.copy()
    even[::2] = [_REPLACED[digit] for digit in plain[::2]]
    odd[1::2] = [_REPLACED[digit] for digit in plain[1::2]]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    start, end = found.span()
    if text[max(0, start - 1) : start] == "+" and len(found[0]) < _LONGER_THAN_A_CALL:
        return False
    before = text[max(0, start - _MOST_OF_A_WORD) : start]
    after = text[end : end + _MOST_OF_A_WORD]
    return bool(_WORD_BEFORE.search(before) and _WORD_AFTER.match(after))


def _is_card(number: str) -> bool:
    if not _ISSUED.fullmatch(number):
        return False
    return len(number) != _ARTICLE_NUMBER or not _is_article_number(number)


def _is_article_number(number: str) -> bool:
    """True for a GTIN-13: shops write them into everything, and many begin with a 4."""
    digits = [int(digit) for digit in number[::-1]]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
