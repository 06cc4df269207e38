"""Which texts can be read back from Stripe as they were written: one rule for both ways.

What is refused on the way out must be refused on the way in, while there is no money to hold yet.
"""

from __future__ import annotations

import re

LONGEST = 512
# Databases refuse NUL and half a surrogate pair; the other control characters (C0, DEL and C1)
# steer terminals.
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Nobody sees these, and they turn what people read around, or into what it is not: what overrides
# the way a text runs, breaks of lines, and spaces of no width. What a language is written with is
# none of them: joiners, marks of one direction.
HIDDEN = r"\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_HIDDEN = re.compile(f"{_UNREADABLE.pattern}|[{HIDDEN}]")


def why_unreadable(text: str) -> str | None:
    """Return why a text would not come back as it was given; None if it would."""
    if has_control_characters(text):
        return "holds a control character, or half of a character"
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters"
    return None


def without_control_characters(text: str) -> str:
    """Write a space for each character that no text for people may hold."""
    return _HIDDEN.sub(" ", text)


def has_control_characters(text: str) -> bool:
    """True for a character that no text of ours may hold, lone surrogates among them."""
    return _UNREADABLE.search(text) is not None


def has_hidden_characters(text: str) -> bool:
    """True for a character that no text for people may hold: control characters among them."""
    return _HIDDEN.search(text) is not None
