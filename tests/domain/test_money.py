"""Minor units as Stripe counts them, not as ISO or a division by 100 would."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.money import (
    THREE_DECIMAL,
    WHOLE_UNITS_ONLY,
    ZERO_DECIMAL,
    BadAmount,
    Money,
    check_total,
    check_unit_amount,
    exponent,
    in_words,
    max_amount,
)


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [
        (2500, "usd", "25.00"),
        (80, "jpy", "80"),
        (1230, "kwd", "1.230"),
        (500, "isk", "5.00"),
        (100, "ugx", "1.00"),
        (2500, "huf", "25.00"),
        (2500, "twd", "25.00"),
    ],
)
def test_the_major_amount_follows_stripes_table(minor: int, currency: str, major: str) -> None:
    assert Money(minor, currency).major() == Decimal(major)


def test_the_special_currencies_are_told_apart() -> None:
    assert len(ZERO_DECIMAL) == 15  # UGX is sent with two decimals, as a multiple of 100
    assert len(THREE_DECIMAL) == 5
    assert not ZERO_DECIMAL & (THREE_DECIMAL | WHOLE_UNITS_ONLY)


@pytest.mark.parametrize(
    ("minor", "currency"),
    [
        (-1, "usd"),
        (1, "kwd"),
        (150, "isk"),
        (150, "ugx"),
        (100_000_000, "usd"),
        (10**12, "idr"),
        (True, "usd"),
        (2.0, "usd"),
        ("5", "usd"),
        (5, "USD"),
        (5, "us"),
        (5, ""),
        (5, None),
    ],
)
def test_an_amount_stripe_cannot_represent_is_refused(minor: object, currency: object) -> None:
    with pytest.raises(BadAmount):
        check_unit_amount(minor, currency)  # type: ignore[arg-type]


@pytest.mark.parametrize(("minor", "currency"), [(49, "usd"), (49, "jpy"), (29, "gbp")])
def test_a_total_below_stripes_minimum_is_refused(minor: int, currency: str) -> None:
    with pytest.raises(BadAmount, match="at least"):
        check_total(minor, currency)


@pytest.mark.parametrize(("minor", "currency"), [(0, "usd"), (50, "usd"), (50, "jpy")])
def test_free_and_just_enough_are_fine(minor: int, currency: str) -> None:
    check_total(minor, currency)


@given(
    st.sampled_from(sorted(ZERO_DECIMAL | THREE_DECIMAL | {"usd", "eur"})), st.integers(0, 10**7)
)
def test_major_and_minor_are_one_amount(currency: str, minor: int) -> None:
    assert int(Money(minor, currency).major() * 10 ** exponent(currency)) == minor
    assert minor <= max_amount(currency)


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (2500, "usd", "25.00 USD"),
        (1800, "jpy", "1800 JPY"),
        (1250, "kwd", "1.250 KWD"),
        (-5, "eur", "-0.05 EUR"),
        (7, "", "7"),
        (7, "gold!", "7 gold!"),
    ],
)
def test_an_amount_is_told_as_people_say_it(minor: int, currency: str, words: str) -> None:
    assert in_words(minor, currency) == words
