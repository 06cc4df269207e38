"""Terms that changed while their order was open: what Stripe shows says which of them stand."""

from __future__ import annotations

from checkout_service.domain.order.ledger import Attempt, Ledger
from checkout_service.domain.replaced import replace


def agree(ledger: Ledger, attempt: Attempt, amount: int, *, stands: bool) -> Ledger:
    """Take the terms that Stripe was asked for and shows, though its answer may have been lost.

    Once money is in or held, an intent's amount does not change any more, nor does a session's
    once it is complete: `stands` says so, or that nothing later is known.
    """
    terms = ledger.terms
    if not (attempt.ours and stands) or ledger.winner is not None:
        return ledger
    if amount == terms.amount_total or amount not in terms.offers:
        return ledger
    lines = None if terms.lines is None else terms.offers[amount]
    return replace(ledger, terms=replace(terms, amount_total=amount, lines=lines))
