"""What a storefront with much to sell shows of it: a page at a time, and whatever is searched for.

A thing is found if each word asked for is in its name or description, case and accents aside, as
people type on a telephone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlencode

from flask import request

SMALL = 12
"""A shop of no more things than this is seen at a glance, and has nothing to search in."""
PAGE = 24
"""How many things one page shows: of more it would weigh too much for a telephone."""
_LONGEST = 100
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def asked() -> str:
    """Return what the buyer looks for."""
    return request.args.get("q", "").replace("\0", "").strip()[:_LONGEST]


def category(known: Iterable[str]) -> str | None:
    """Return the category that the buyer looks into, if the shop has it."""
    wanted = request.args.get("category", "")
    return wanted if wanted in known else None


def part(count: int) -> slice:
    """Return which of so many things this page shows; the first, if it is no page of theirs."""
    number = request.args.get("page", "1")
    begin = (int(number) - 1) * PAGE if _NUMBER.fullmatch(number) else 0
    return slice(begin, begin + PAGE) if begin < count else slice(0, PAGE)


def way_on(count: int) -> str | None:
    """Return the query of the next page, of the same search; None on the last."""
    end = part(count).stop
    if end >= count:
        return None
    kept = {name: request.args[name] for name in ("q", "category") if name in request.args}
    return urlencode(kept | {"page": end // PAGE + 1}, errors="replace")


def is_in(words: str, *texts: str) -> bool:
    """True if every one of the words is in one of the texts; no words are in any."""
    said = _plain(" ".join(texts))
    return all(word in said for word in _plain(words).split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
