"""What a storefront with much to sell shows of it: the first things, and whatever is searched for.

A thing is found if each word asked for is in its name or description, case and accents aside, as
people type on a telephone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from flask import request

SMALL = 12
"""A shop of no more things than this is seen at a glance, and has nothing to search in."""
FIRST = 24
"""How many things are shown before the buyer asks for all: a page of more would weigh too much."""
_LONGEST = 100


def asked() -> str:
    """Return what the buyer looks for."""
    return request.args.get("q", "").replace("\0", "").strip()[:_LONGEST]


def category(known: Iterable[str]) -> str | None:
    """Return the category that the buyer looks into, if the shop has it."""
    wanted = request.args.get("category", "")
    return wanted if wanted in known else None


def wants_all() -> bool:
    """True if the buyer searches, or asks to be shown everything."""
    return bool(asked()) or "all" in request.args


def is_in(words: str, *texts: str) -> bool:
    """True if every one of the words is in one of the texts; no words are in any."""
    said = _plain(" ".join(texts))
    return all(word in said for word in _plain(words).split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
