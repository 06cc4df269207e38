"""Act once for one press of a button, and leave a record of it: who, what, when, how it ended."""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain import ids
from checkout_service.domain.clock import MINUTE, Clock
from checkout_service.domain.cursor import page_of, read_cursor
from checkout_service.domain.errors import (
    CheckoutError,
    DatabaseUnavailable,
    ReadsSpent,
    StaleOrder,
    StripeUnavailable,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.admin import AuditEntry, AuditPage
from checkout_service.storage.admin import audit
from checkout_service.storage.database import Database

_STUCK = 2 * MINUTE
# The act may have happened: the same press may be sent again, under the same nonce.
_UNSURE = (StripeUnavailable, ReadsSpent, StaleOrder, DatabaseUnavailable)
_LONGEST = 500


@frozen
class Act:
    """What somebody in the admin asked for; the nonce is the form's."""

    nonce: str
    address: str
    action: str
    subject: str
    order_id: str | None
    who: str


@frozen
class KeepAudit:
    database: Database
    clock: Clock

    def record(self, act: Act, do: Callable[[], str]) -> AuditEntry:
        """Do the act unless its nonce was done before; return what became of it.

        `do` returns its outcome in words. An error of ours is recorded, and passes through.
        """
        if not self._begin(act):
            return self._known(act.nonce)
        try:
            detail = do()
        except _UNSURE as error:
            self._finish(act.nonce, "unknown", error.code)
            raise
        except CheckoutError as error:
            self._finish(act.nonce, "refused", str(error))
            raise
        except Exception:
            self._finish(act.nonce, "unknown", "failed on our side")
            raise
        self._finish(act.nonce, "done", detail)
        return self._known(act.nonce)

    def page(
        self, *, order_id: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> AuditPage:
        """List what was done, last first. Raises InvalidInput for a cursor that is not ours."""
        before = None if cursor is None else read_cursor(cursor)
        with self.database.read() as connection:
            found = audit.page(connection, order_id=order_id, before=before, limit=limit + 1)
        return AuditPage(*page_of(found, limit=limit, at=lambda entry: entry.at))

    def _begin(self, act: Act) -> bool:
        now = self.clock.now()
        row = {
            "id": ids.new_id("act"),
            "nonce": act.nonce,
            "who": act.who,
            "address": act.address,
            "action": act.action,
            "subject": act.subject,
            "order_id": act.order_id,
            "outcome": "started",
            "at": now,
        }
        return self.database.write(
            lambda c: (
                audit.begin(c, row)
                or audit.take_over(c, act.nonce, now=now, stuck_since=now - _STUCK)
            )
        )

    def _finish(self, nonce: str, outcome: str, detail: str) -> None:
        now = self.clock.now()
        self.database.write(
            lambda c: audit.finish(c, nonce, outcome=outcome, detail=detail[:_LONGEST], now=now)
        )

    def _known(self, nonce: str) -> AuditEntry:
        with self.database.read() as connection:
            entry = audit.by_nonce(connection, nonce)
        if entry is None:
            raise DatabaseUnavailable
        return entry
