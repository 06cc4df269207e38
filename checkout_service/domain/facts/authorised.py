"""Money that is held on a buyer's card until the merchant takes it: what Stripe shows of that.

Such a payment is on its way, however long it waits: `processing`, and no hold, if the order's
terms say that the merchant captures it. Who captures less takes less; the rest is let go.
https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
"""

from __future__ import annotations

from checkout_service.domain.clock import DAY
from checkout_service.domain.order.ledger import Attempt, Terms
from checkout_service.domain.replaced import replace
from checkout_service.domain.status import AttemptState, Hold

from .reading import ABANDONED, Reading
from .snapshots import IntentView, SessionView

# How long money is held on a card, where Stripe does not show until when.
_USUAL_LIFE = 7 * DAY
# Nobody came in time: Stripe's word when it cancels by itself, and ours.
_IN_TIME = frozenset(("automatic", ABANDONED))
_A = AttemptState


def agreed(terms: Terms, reading: Reading, intent: IntentView | None) -> Reading:
    """Read a payment by terms under which the merchant captures; by others it stays as it is."""
    if not terms.manual:
        return reading
    if intent is not None and intent.status == "canceled" and reading.state is not _A.EXPIRED:
        return Reading(_A.EXPIRED if intent.cancellation_reason in _IN_TIME else _A.CANCELED)
    return replace(reading, hold=None) if reading.hold is Hold.UNCAPTURED else reading


def with_authorisation(terms: Terms, attempt: Attempt, intent: IntentView | None) -> Attempt:
    """Note how much is held and until when; it stays noted when the money is taken or let go."""
    if not terms.manual or intent is None:
        return attempt
    if intent.status == "succeeded":  # it may be the first that we see of it
        return replace(attempt, amount_authorized=intent.amount)
    if intent.status != "requires_capture" or attempt.state is not _A.PROCESSING:
        return attempt
    usual = attempt.authorized_until or intent.created + _USUAL_LIFE
    return replace(
        attempt,
        amount_authorized=intent.amount,
        authorized_until=intent.capture_before or usual,
    )


def amount_paid(terms: Terms, attempt: Attempt, view: SessionView) -> int:
    """Tell what a session took: its total, or what was captured of it."""
    if terms.manual and view.intent is not None and view.intent.status == "succeeded":
        return view.intent.amount_received
    if terms.manual and view.intent is None and attempt.state is _A.SUCCEEDED:
        return attempt.amount  # a session alone does not show how much was captured
    return view.amount_total


def intent_tells(terms: Terms, attempt: Attempt, intent: IntentView) -> bool:
    """True if a session's intent tells what no fact of the session would.

    Taken or let go is only what was seen authorised, and compared when its session was complete.
    """
    if not terms.manual:
        return False
    if intent.status == "requires_capture":
        return True
    known = attempt.authorized_until is not None and attempt.stripe_status == "complete"
    return known and intent.status in ("succeeded", "canceled")
