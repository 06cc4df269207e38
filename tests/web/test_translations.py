"""The word lists: nothing untranslated, nothing out of date, and what is served is compiled of it.

The compiled lists are committed, so that a host needs no build step; `make messages` renews them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from checkout_service.web.pages.languages import DEFAULT, LANGUAGES
from tools import native_readers

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "checkout_service" / "translations"
TRANSLATED = sorted(set(LANGUAGES) - {DEFAULT})
HOLE = re.compile(r"%\(\w+\)[sd]")
MARKUP = re.compile(r"<[^>]*>|&\w+;|[{}]")
# What a French typesetter puts a space before, and that space must not break.
BARE_SIGN = re.compile("[^\\s¿¡][;?!»]|[^\\s]:(?=\\s|$)|[ ][;:?!»]|« ")

Read = Callable[[str], Catalog]


def texts(message: Message) -> tuple[str, ...]:
    """Return what a message is translated to, in all its forms."""
    said = message.string
    return (said,) if isinstance(said, str) else tuple(said or ("",))


def originals(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def known(catalog: Catalog) -> dict[tuple[str, ...], Message]:
    return {originals(message): message for message in catalog if message.id}


def words_in(language: str) -> dict[tuple[str, ...], Message]:
    with (WORDS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return known(read_po(file, locale=language))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> frozenset[tuple[str, ...]]:
    """Collect what the pages say, as `make messages` does."""
    found = tmp_path_factory.mktemp("words") / "words.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    subprocess.run([*extract, "-F", "babel.cfg", "-o", found, "."], cwd=ROOT, check=True)
    with found.open("rb") as file:
        return frozenset(known(read_po(file)))


def test_the_languages_offered_are_the_languages_translated() -> None:
    assert sorted(folder.name for folder in WORDS.iterdir()) == TRANSLATED


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_of_the_pages_is_translated(
    asked: frozenset[tuple[str, ...]], language: str
) -> None:
    words = words_in(language)

    assert asked == words.keys(), "run make messages"
    unsaid = [message.id for message in words.values() if not all(texts(message))]
    assert not unsaid
    assert not [message.id for message in words.values() if message.fuzzy]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_the_same_holes_and_brings_no_markup(language: str) -> None:
    for original, message in words_in(language).items():
        holes = set(HOLE.findall(original[-1]))
        for text in texts(message):
            assert set(HOLE.findall(text)) <= holes, text
            assert text.count("%") == len(HOLE.findall(text)), text
            assert not MARKUP.search(text), text
        assert set(HOLE.findall(texts(message)[-1])) == holes, original


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_served_is_what_was_translated(language: str) -> None:
    with (WORDS / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        served = known(read_mo(file))

    words = words_in(language)
    assert served.keys() == words.keys(), "run make messages"
    assert {k: texts(m) for k, m in served.items()} == {k: texts(m) for k, m in words.items()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_number_finds_the_form_that_unicode_gives_it(language: str) -> None:
    with (WORDS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    form_of = c2py(catalog.plural_expr)
    rules = Locale(language).plural_form

    found = {(form_of(number), rules(number)) for number in range(1_000)}

    assert len(found) == len({form for form, _ in found}) == catalog.num_plurals
    assert len(found) == len({name for _, name in found})
    counted = [message for message in catalog if not isinstance(message.id, str)]
    assert {len(texts(message)) for message in counted} == {catalog.num_plurals}


def test_what_native_readers_should_check_is_listed() -> None:
    assert native_readers.PAGE.read_text("utf-8") == native_readers.page(), "run make messages"


def test_french_signs_stand_off_by_a_space_that_does_not_break() -> None:
    said = [text for message in words_in("fr").values() for text in texts(message)]

    assert [text for text in said if BARE_SIGN.search(text)] == []
