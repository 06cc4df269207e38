"""The storefront's search: a thing is found if each word asked for is in its name or description.

Case and accents aside, as people type them on a telephone.
"""

from __future__ import annotations

import unicodedata

from flask import request

SMALL = 12
"""A shop of no more things than this is seen at a glance, and has nothing to search in."""
_LONGEST = 100


def asked() -> str:
    """Return what the buyer looks for."""
    return request.args.get("q", "").replace("\0", "").strip()[:_LONGEST]


def is_in(words: str, *texts: str) -> bool:
    """True if every one of the words is in one of the texts; no words are in any."""
    said = _plain(" ".join(texts))
    return all(word in said for word in _plain(words).split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
