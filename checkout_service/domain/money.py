"""Money in Stripe's minor units: integers only, and Stripe's own table of decimals.

ISO 4217 (and so Babel) disagrees with Stripe for several currencies; an amount shown by ISO's
digits would be wrong by 100. Source: https://docs.stripe.com/currencies
"""

from __future__ import annotations

from decimal import Decimal

from .frozen import frozen

ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()  # noqa: SIM905
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
# No cents in daily life, two digits in the API: Stripe wants multiples of 100.
WHOLE_UNITS_ONLY = frozenset(("isk", "ugx"))

MAX_DIGITS = 8
MAX_DIGITS_BY_CURRENCY = {"idr": 12}

# The least Stripe charges, in minor units, per settlement currency.
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
_MINIMUM_ELSEWHERE = 1


class BadAmount(ValueError):
    """The amount cannot be charged in this currency; the message says why."""


@frozen
class Money:
    """An amount in minor units of a lower-case currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise BadAmount("an amount is a whole number of minor units")
        if not is_currency(self.currency):
            raise BadAmount("a currency is three lower-case letters")

    def major(self) -> Decimal:
        """Return the amount in major units, for display only."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))


def in_words(minor: int, currency: str) -> str:
    """Write an amount for people: `25.00 USD`; what is no currency is said as it is."""
    if not is_currency(currency):
        return f"{minor} {currency}".rstrip()
    return f"{Money(minor, currency).major()} {currency.upper()}"


def number(minor: int, currency: str) -> str:
    """Write an amount whose currency stands beside it."""
    return in_words(minor, currency).partition(" ")[0]


def is_currency(text: object) -> bool:
    return isinstance(text, str) and len(text) == 3 and text.isascii() and text.islower()  # noqa: PLR2004


def exponent(currency: str) -> int:
    """Return how many decimals Stripe's API gives this currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def max_amount(currency: str) -> int:
    """Return the largest amount Stripe takes, in minor units."""
    return int(10 ** MAX_DIGITS_BY_CURRENCY.get(currency, MAX_DIGITS)) - 1


def min_amount(currency: str) -> int:
    """Return the smallest charge Stripe takes, in minor units (known settlement currencies)."""
    return MINIMUM.get(currency, _MINIMUM_ELSEWHERE)


def check_unit_amount(minor: int, currency: str) -> None:
    """Refuse an amount Stripe could not represent in this currency.

    Raises BadAmount. Zero is a price (a free item); the total has a minimum of its own.
    """
    Money(minor, currency)
    if minor < 0:
        raise BadAmount("an amount is not negative")
    if currency in THREE_DECIMAL and minor % 10:
        raise BadAmount(f"the last digit of an amount in {currency} must be 0")
    if currency in WHOLE_UNITS_ONLY and minor % 100:
        raise BadAmount(f"an amount in {currency} must be a multiple of 100")
    if minor > max_amount(currency):
        raise BadAmount(
            f"an amount in {currency} may not exceed {in_words(max_amount(currency), currency)}"
        )


def check_total(minor: int, currency: str) -> None:
    """Refuse a total Stripe would not charge; a total of 0 is a free order. Raises BadAmount."""
    check_unit_amount(minor, currency)
    if 0 < minor < min_amount(currency):
        raise BadAmount(f"the total must be at least {in_words(min_amount(currency), currency)}")
