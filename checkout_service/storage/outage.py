"""Outages of the database: what is wrong, in words, and one log line however many meet it."""

from __future__ import annotations

import logging
import re
import threading
import time

from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from .sqlite import TurnTimeout

log = logging.getLogger(__name__)

READ_ONLY, UNMIGRATED = "can only be read", "lacks tables of this release"
LOCKED = "is locked"
_AWAY, _CROWDED, _FULL = "does not answer", "has no connection left", "is full"
_DISK, _DAMAGED, _FORBIDDEN = "cannot use its disk", "is damaged", "gives no permission"
# Primary result codes: https://www.sqlite.org/rescode.html
_OF_SQLITE = {
    5: LOCKED, 6: LOCKED, 8: READ_ONLY, 10: _DISK, 11: _DAMAGED, 13: _FULL, 14: _DISK,
    26: _DAMAGED,
}  # fmt: skip
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_OF_POSTGRESQL = {
    "25006": READ_ONLY, "53100": _FULL, "53300": _CROWDED, "55P03": LOCKED, "58030": _DISK,
    "42P01": UNMIGRATED, "42703": UNMIGRATED, "XX001": _DAMAGED, "XX002": _DAMAGED,
    "42501": _FORBIDDEN,
}  # fmt: skip
_NO_SUCH = ("no such table", "no such column", "has no column named")
# A connection that was opened then stays so when the database is well again, or leads to a server
# that is the primary no longer: new ones are made.
_OUTLIVED = frozenset((READ_ONLY, _DISK, _DAMAGED))
_RENEW_EVERY = 1.0  # seconds

# What a server says for itself, and what its library says of the way there. Nothing else is told: a
# password with a sign that should have been escaped may be taken for a part of the host.
_SAID = re.compile(
    r"FATAL: +(?P<server>[^\n]+)|(?P<way>server does not support SSL|certificate verify failed"
    r"|root certificate file \S+ does not exist|Connection refused|No such file or directory"
    r"|No route to host|Network is unreachable|Connection timed out|timeout expired"
    r"|could not translate host name|failed to resolve host)"
)

FAILURES = (DBAPIError, PoolTimeout)


def outage_of(error: DBAPIError | PoolTimeout) -> str | None:
    """Say what is wrong with the database; None for what is the statement's own fault."""
    if isinstance(error, PoolTimeout):
        return LOCKED if isinstance(error, TurnTimeout) else _CROWDED
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, ProgrammingError):
        ails = _OF_POSTGRESQL.get(state or "")
        return ails if ails in (UNMIGRATED, _FORBIDDEN) else None
    code = getattr(error.orig, "sqlite_errorcode", None)
    known = _OF_POSTGRESQL.get(state or "") or (_OF_SQLITE.get(code & 0xFF) if code else None)
    if known is not None:
        return known
    if any(words in str(error.orig) for words in _NO_SUCH):
        return UNMIGRATED
    ours = isinstance(error, OperationalError | InterfaceError | InternalError)
    return _AWAY if ours else None


def reason_of(error: DBAPIError | PoolTimeout) -> str:
    """Return why a connection was refused, in the words of whoever refused it; mostly nothing."""
    if isinstance(error, PoolTimeout):
        return ""
    if getattr(error.orig, "sqlite_errorcode", None):
        return str(error.orig) if outage_of(error) == _DISK else ""
    if outage_of(error) == _FORBIDDEN:  # it names a table or a schema
        return str(getattr(error.orig, "diag").message_primary)  # noqa: B009 - it has no type
    said = _SAID.search(str(error.orig)) if outage_of(error) == _AWAY else None
    return (said["server"] or said["way"]) if said else ""


class Episodes:
    """Logs an outage when it begins and when it is over: one line each, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None
        self._writing = False
        self._renewed = float("-inf")

    def outlived(self, outage: str | None) -> bool:
        """True if connections made before now should be left; said once a second at most."""
        if outage not in _OUTLIVED:
            return False
        now = time.monotonic()
        with self._lock:
            renew = now - self._renewed > _RENEW_EVERY
            self._renewed = now if renew else self._renewed
        return renew

    def met(self, error: DBAPIError | PoolTimeout, outage: str, *, writing: bool) -> None:
        with self._lock:
            begins = self._since is None
            self._since = time.monotonic() if self._since is None else self._since
            self._writing |= writing
        if begins:
            cause = getattr(error, "orig", None) or error
            facts = {"trouble": outage, "cause": type(cause).__name__, "writing": writing}
            reason = reason_of(error)
            said = {"reason": reason} if reason else {}
            log.error("database.unavailable", extra=facts | said)

    def went_well(self, *, writing: bool) -> None:
        """Note that the database served; it is well again when what had failed succeeds."""
        if self._since is None or (self._writing and not writing):
            return
        with self._lock:
            since, self._since, self._writing = self._since, None, False
        if since is not None:
            lasted = round(time.monotonic() - since, 1)
            log.warning("database.available", extra={"after_seconds": lasted})
