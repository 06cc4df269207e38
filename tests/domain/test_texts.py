"""One rule for texts, both ways: what would not come back is not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkout_service.domain.catalog import load_catalog
from checkout_service.domain.errors import BadCatalog
from checkout_service.domain.texts import (
    LONGEST,
    has_hidden_characters,
    why_unreadable,
    without_control_characters,
)
from checkout_service.stripe_gateway.fields import text

CONTROL = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\ud800", "\udfff"]
PLAIN = ("cart 17", "Ä", "日本", "😀", "a\u00a0b", "x" * LONGEST)
OVERRIDES = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
HIDDEN = [*map(chr, OVERRIDES), "\u200b", "\u2028", "\ufeff"]
WRITTEN = (
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "👩\u200d🚀",
    "\u05e9\u05dc\u200f!",
    "日本",
)
LOCALES = ("auto", "de", "hi-IN")


@pytest.mark.parametrize("char", CONTROL, ids=ascii)
def test_a_control_character_would_not_come_back(char: str) -> None:
    assert why_unreadable(f"cart{char}17") == "holds a control character, or half of a character"
    assert text({"value": f"cart{char}17"}, "value") is None


@pytest.mark.parametrize("plain", PLAIN, ids=ascii)
def test_what_is_taken_is_what_is_read_back(plain: str) -> None:
    assert why_unreadable(plain) is None
    assert text({"value": plain}, "value") == plain


def test_a_text_may_be_as_long_as_what_is_read_back() -> None:
    assert why_unreadable("x" * (LONGEST + 1)) == "has more than 512 characters"
    assert text({"value": "x" * (LONGEST + 1)}, "value") is None


def refused(folder: Path, written: str) -> str:
    path = folder / "catalog.toml"
    path.write_text(written)
    with pytest.raises(BadCatalog) as caught:
        load_catalog(path, locales=LOCALES)
    return str(caught.value)


def test_a_name_that_stripe_would_tell_otherwise_stops_the_start(tmp_path: Path) -> None:
    product = '[[products]]\nid = "poster"\nname = "Pos\\tter"\n'
    shipping = '[[checkout.shipping_options]]\nname = "Po\\u0007st"\ncurrency = "usd"\namount = 7\n'

    told = refused(tmp_path, product + shipping)

    assert "poster.name: holds a control character" in told
    assert "checkout.shipping_options.name: holds a control character" in told


@pytest.mark.parametrize(
    ("word", "hint"), [("hi", "; it speaks hi-IN"), ("de-AT", "; it speaks de"), ("xx", "")]
)
def test_a_language_that_stripes_page_does_not_speak_stops_the_start(
    tmp_path: Path, word: str, hint: str
) -> None:
    told = refused(tmp_path, f'[checkout]\nlocale = "{word}"\n')

    assert told.endswith(f"checkout.locale: Stripe's page does not speak {word}{hint}")


@pytest.mark.parametrize("char", [*CONTROL, *HIDDEN], ids=ascii)
def test_what_nobody_sees_is_found_in_what_people_are_to_read(char: str) -> None:
    assert has_hidden_characters(f"DHL{char}17")
    assert without_control_characters(f"DHL{char}17") == "DHL 17"


@pytest.mark.parametrize("written", WRITTEN, ids=ascii)
def test_what_a_language_is_written_with_stays(written: str) -> None:
    assert not has_hidden_characters(written)
    assert without_control_characters(written) == written
