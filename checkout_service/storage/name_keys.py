"""A buyer's name as an index finds it: in one case, once from its beginning, once by its last word.

A text of JSON keeps what no database takes in a plain one, and an index takes short ones only.
"""

from __future__ import annotations

from checkout_service.domain.facts.known_buyer import KnownBuyer

_LONGEST = 100  # characters
AFTER_ALL = "\U0010ffff"  # sorts behind whatever goes on with the same beginning


def keys_of(buyer: KnownBuyer) -> dict[str, str | None]:
    """Return the two columns; None where nobody said a name. The receiver's stands in."""
    people = (buyer.customer, buyer.shipping)
    name = next((key for one in people if one and (key := key_of(one.name or ""))), None)
    return {"buyer_name": name, "buyer_surname": name and _turned(name)}


def key_of(name: str) -> str:
    """Write a name, or the beginning of one, as the columns have it."""
    plain = "".join(char if char.isprintable() else " " for char in name.replace(",", " "))
    return " ".join(plain.casefold().split())[:_LONGEST].strip()


def _turned(name: str) -> str:
    rest, _, last = name.rpartition(" ")
    return f"{last} {rest}".strip()
