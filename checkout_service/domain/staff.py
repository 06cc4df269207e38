"""Who works at the admin, and what each may do there."""

from __future__ import annotations

import re
from enum import StrEnum

from .errors import Fault, InvalidInput
from .frozen import frozen

OWNER = "admin"
"""Who signs in with ADMIN_PASSWORD; there always, and may do everything."""

COMMAND_LINE = "command line"
_NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}", re.ASCII)


class Role(StrEnum):
    """From the least to the most; each may do what those before it may."""

    VIEW = "view"
    REFUND = "refund"
    ALL = "all"

    def may(self, needed: Role) -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@frozen
class Clerk:
    """Somebody who is signed in."""

    name: str
    role: Role


def staff_name(text: str) -> str:
    """Bring a name to the one form it is kept in. Raises InvalidInput."""
    name = text.strip().casefold()
    if not _NAME.fullmatch(name):
        raise InvalidInput([Fault("name", "begins with a letter; letters, digits, . _ - follow")])
    if name == OWNER:
        raise InvalidInput([Fault("name", f"{OWNER} is who signs in with ADMIN_PASSWORD")])
    return name


def name_at_the_door(text: str) -> str:
    """Read a name as somebody types it to sign in: blank is the owner, nonsense is nobody."""
    name = text.strip().casefold() or OWNER
    return name if _NAME.fullmatch(name) else ""
