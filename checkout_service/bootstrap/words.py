"""The words of the buyer's pages, for where Stripe shows them."""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

_WORDS = Path(__file__).resolve().parents[1] / "translations"


def say(text: str, locale: str | None) -> str:
    """Say a text of the pages in a locale's language, or in English where there is none."""
    return _spoken((locale or "").partition("-")[0]).gettext(text)


@cache
def _spoken(language: str) -> NullTranslations:
    return translation("messages", _WORDS, [language], fallback=True)
