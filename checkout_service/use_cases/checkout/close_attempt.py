"""Close what could still be paid at Stripe, and record what Stripe says, not what we asked for."""

from __future__ import annotations

from checkout_service.domain.facts.reading import ABANDONED
from checkout_service.domain.facts.snapshots import IntentView, SessionView
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.changes import Change, cancel, unchanged
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind
from checkout_service.domain.status import AttemptKind
from checkout_service.storage.database import Database, Transaction
from checkout_service.storage.records import AttemptRecord
from checkout_service.use_cases.refunds.write_money import Outcome, WriteMoney
from checkout_service.use_cases.settle.look_at_order import SWEEP, LookAtOrder
from checkout_service.use_cases.settle.settle_order import Case, SettleOrder

CANCEL = "cancel"
CANCELED_BY_MERCHANT = "canceled by the merchant"


@frozen
class CloseAttempt:
    database: Database
    write_money: WriteMoney
    settle_order: SettleOrder
    look_at_order: LookAtOrder

    def session(
        self, order_id: str, session_id: str, *, source: str, canceling: bool = False
    ) -> None:
        """Expire an open session; `canceling` records the order's cancel with it.

        Raises GatewayError. A session that is not open any more is looked up.
        """
        then = CANCEL if canceling else ""
        write = self.write_money.closing(WriteKind.EXPIRE, order_id, session_id, then=then)
        self.finish(write, source=source)

    def intent(
        self,
        order_id: str,
        intent_id: str,
        *,
        source: str,
        canceling: bool = False,
        abandoned: bool = False,
        look_first: bool = False,
    ) -> None:
        """Cancel an intent that nobody has paid, as `session` does.

        `abandoned` tells Stripe that its time is over; its order then ends expired. With
        `look_first` it is left alone if it is being paid by what takes its time.
        """
        write = self.write_money.closing(
            WriteKind.CANCEL,
            order_id,
            intent_id,
            then=CANCEL if canceling else "",
            reason=ABANDONED if abandoned else None,
        )
        self.finish(write, source=source, look_first=look_first)

    def remember(self, attempt: AttemptRecord) -> None:
        """Write down that the merchant cancels, where Stripe cannot even be asked what there is.

        The sweep cancels it then; a draft, which has no name at Stripe yet, goes by its own.
        """
        is_intent = attempt.kind is AttemptKind.INTENT
        kind = WriteKind.CANCEL if is_intent else WriteKind.EXPIRE
        subject = (attempt.intent_id if is_intent else attempt.session_id) or attempt.id
        self.write_money.closing(kind, attempt.order_id, subject, then=CANCEL)

    def finish(self, write: MoneyWrite, *, source: str, look_first: bool = False) -> None:
        """Bring a closing that was written down to its end. Raises GatewayError.

        What Stripe does not close has ended another way, and maybe with money. Where it may not be
        asked how, the closing goes on: its next try, whoever makes it, begins with a look.
        """
        outcome = self.write_money.finish(write.id, look_first=look_first)
        if not outcome.done and not outcome.facts:
            unknown = "It is not known yet what became of this."
            self.look_at_order.look_to_decide(
                write.order_id, unknown, source=source, urgent=source != SWEEP
            )
        self.database.write(lambda c: self._record(c, outcome, source))

    def _record(self, connection: Transaction, outcome: Outcome, source: str) -> None:
        """Write the end of a closing down with what it shows, and the cancel that it was for.

        A buyer who came first is not told no: whoever cancels decides by what is written down now.
        """
        if outcome.done or outcome.facts:
            canceling = outcome.write.details.get("then") == CANCEL
            canceling = canceling and outcome.done and not _came_first(outcome)
            change: Change = cancel if canceling else unchanged
            reason = CANCELED_BY_MERCHANT if canceling else None
            order_id = outcome.write.order_id
            case = Case(source, outcome.facts, order_id, change=change, reason=reason)
            self.settle_order.settle_in(connection, case)
        self.write_money.record(connection, outcome)


def _came_first(outcome: Outcome) -> bool:
    """True if a buyer came to the end of what was to be closed."""
    views = (fact.subject for fact in outcome.facts)
    ends = {view.status for view in views if isinstance(view, SessionView | IntentView)}
    return bool(ends & {"complete", "succeeded"})
