"""The money guard: compare what Stripe shows with the order's frozen terms.

Any difference is a named hold, never a fulfilment, never lost. Compared in the integration
currency: presentment amounts (Adaptive Pricing) are another field of Stripe's.
"""

from __future__ import annotations

from .ledger import DISCOUNT, SHIPPING, TAX, Attempt, Terms
from .snapshots import IntentView, SessionView
from .status import AttemptKind, Hold


def doubts_about_session(terms: Terms, attempt: Attempt, view: SessionView) -> set[Hold]:
    """Name every way in which this session is not the payment that was agreed."""
    doubts = set()
    if not _amounts_agree(terms, view):
        doubts.add(Hold.AMOUNT_MISMATCH)
    if view.currency != terms.currency:
        doubts.add(Hold.CURRENCY_MISMATCH)
    if view.livemode != terms.livemode or view.mode != terms.mode:
        doubts.add(Hold.WRONG_MODE)
    if not attempt.ours or not _references_agree(terms, attempt, view):
        doubts.add(Hold.WRONG_REFERENCE)
    if view.payment_link != attempt.link_id:
        doubts.add(Hold.WRONG_LINK)
    return doubts


def doubts_about_intent(terms: Terms, attempt: Attempt, view: IntentView) -> set[Hold]:
    """Name every way in which this intent is not the payment that was agreed."""
    doubts = set()
    received = view.amount_received if view.status == "succeeded" else view.amount
    if view.amount != terms.amount_total or received != terms.amount_total:
        doubts.add(Hold.AMOUNT_MISMATCH)
    if view.currency != terms.currency:
        doubts.add(Hold.CURRENCY_MISMATCH)
    if view.livemode != terms.livemode:
        doubts.add(Hold.WRONG_MODE)
    if not attempt.ours or view.order_id != terms.order_id:
        doubts.add(Hold.WRONG_REFERENCE)
    return doubts


def lines_agree(terms: Terms, view: SessionView) -> bool:
    """Compare the line items, where Stripe showed them: the same quantities for the same sums."""
    if terms.lines is None or view.lines is None:
        return True
    return sorted(terms.lines) == sorted(view.lines)


def _amounts_agree(terms: Terms, view: SessionView) -> bool:
    net = view.amount_subtotal - view.amount_discount + view.amount_shipping
    # Prices that include the tax are not raised by it: https://docs.stripe.com/tax/tax-behavior
    totals = {net + view.amount_tax, net if TAX in terms.adjustable else net + view.amount_tax}
    if view.amount_subtotal != terms.amount_total or view.amount_total not in totals:
        return False
    if view.payment_status == "no_payment_required" and view.amount_total != 0:
        return False
    computed = {
        DISCOUNT: view.amount_discount,
        TAX: view.amount_tax,
        SHIPPING: view.amount_shipping,
    }
    return all(amount == 0 or part in terms.adjustable for part, amount in computed.items())


def _references_agree(terms: Terms, attempt: Attempt, view: SessionView) -> bool:
    if view.client_reference_id != attempt.reference:
        return False
    # A Payment Link's sessions carry the link's metadata, not the order's.
    return attempt.kind is AttemptKind.LINK or view.order_id == terms.order_id
