"""A buyer recognises an address: its lines stand as its own country writes them."""

from __future__ import annotations

import pytest

from checkout_service.domain.facts.buyer import Address
from checkout_service.domain.postal import postal_lines

CHUO = "銀座4-1", "ビル5F", "中央区", "東京都", "104-0061", "JP"
GINZA = "4-1 Ginza", None, "Chuo-ku", "Tokyo", "104-0061", "JP"


@pytest.mark.parametrize(
    ("told", "country", "lines"),
    [
        (
            ("1 Main St", "Apt 2", "Springfield", "IL", "62701", "US"),
            "United States",
            ["1 Main St", "Apt 2", "Springfield, IL 62701"],
        ),
        (
            ("10 Main St", None, "London", None, "SW1A 2AA", "GB"),
            "United Kingdom",
            ["10 Main St", "London", "SW1A 2AA"],
        ),
        (("1 Rue", None, "Paris", None, "75001", "FR"), "Frankreich", ["1 Rue", "75001 Paris"]),
        (
            ("1 Rua", "Centro", "São Paulo", "SP", "01000-000", "BR"),
            "Brasil",
            ["1 Rua", "Centro", "São Paulo-SP", "01000-000"],
        ),
        (GINZA, "Japan", ["4-1 Ginza", "Chuo-ku, Tokyo", "104-0061"]),
        (("1 Way", None, "Dubai", "Dubai", None, "AE"), "Émirats", ["1 Way", "Dubai"]),
        (("1 Str", None, "Zürich", None, "8001", "CH"), "Schweiz", ["1 Str", "CH-8001 Zürich"]),
        (("1 Str", None, "Zürich", None, "CH-8001", "CH"), "Suisse", ["1 Str", "CH-8001 Zürich"]),
    ],
)
def test_the_lines_are_in_the_countrys_own_order(
    told: tuple[str | None, ...], country: str, lines: list[str]
) -> None:
    assert postal_lines("Ada", Address(*told), country) == ["Ada", *lines, country]


def test_an_address_in_japanese_runs_from_the_country_down_to_the_person() -> None:
    lines = ["日本", "〒104-0061", "東京都中央区", "銀座4-1", "ビル5F", "山田太郎"]

    assert postal_lines("山田太郎", Address(*CHUO), "日本") == lines


def test_what_was_left_out_leaves_no_comma_behind() -> None:
    def town(**told: str) -> list[str]:
        return postal_lines(None, Address(country="US", **told), None)

    assert town(city="Springfield", postal_code="62701") == ["Springfield 62701"]
    assert town(state="IL", postal_code="62701") == ["IL 62701"]
    assert town(postal_code="62701") == ["62701"]
    assert town() == []


def test_what_a_country_has_no_place_for_is_shown_all_the_same() -> None:
    german = Address("Am Kanal 3", None, "Köln", "NRW", "01234", "DE")
    nowhere = Address("1 Way", None, "Town", "Land", "99", "XX")

    assert postal_lines(None, german, None) == ["Am Kanal 3", "01234 Köln", "NRW"]
    assert postal_lines(None, nowhere, "XX") == ["1 Way", "99 Town Land", "XX"]
