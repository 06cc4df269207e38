"""Read an attempt's state from what Stripe shows. Unknown words are held, never guessed.

One status of an intent means one thing, behind a session, a link or alone. A Checkout Session
stays `complete` + `unpaid` for ever after a delayed method failed; only its intent (or the event's
own name) tells. https://docs.stripe.com/checkout/fulfillment
"""

from __future__ import annotations

from checkout_service.domain.clock import DAY
from checkout_service.domain.frozen import frozen
from checkout_service.domain.status import AttemptState, Hold

from .buyer import Buyer
from .snapshots import ChargeView, IntentView, SessionView, Subject

# The reason under which we cancel an intent that nobody came to pay, in Stripe's words.
ABANDONED = "abandoned"

# A transfer has no end of its own; banks take days, buyers weeks.
TRANSFER_LIFE = 30 * DAY
# A voucher that was paid on its last day is told of on the next bank day.
VOUCHER_GRACE = DAY


@frozen
class Reading:
    """`state` is None when Stripe used a word we do not know; `hold` then names it.

    `sure` is false where the object at hand cannot tell this state from those after it.
    """

    state: AttemptState | None
    hold: Hold | None = None
    sure: bool = True


_A = AttemptState
_UNKNOWN = Reading(None, Hold.UNKNOWN_STATUS)
_IN_FLIGHT = Reading(_A.PROCESSING)
_UNCAPTURED = Reading(_A.PROCESSING, Hold.UNCAPTURED)
_BY_STATUS: dict[str, Reading] = {
    "succeeded": Reading(_A.SUCCEEDED),
    "processing": _IN_FLIGHT,
    "requires_capture": _UNCAPTURED,
    "requires_payment_method": Reading(_A.OPEN),
    "requires_confirmation": Reading(_A.OPEN),
    "requires_action": Reading(_A.OPEN),
}
_KNOWN_PAYMENT = frozenset(("paid", "unpaid", "no_payment_required"))


def read_session(view: SessionView) -> Reading:
    """Return where a Checkout Session stands."""
    if view.payment_status not in _KNOWN_PAYMENT:
        return _UNKNOWN
    if view.status == "open":
        # no_payment_required may show while the buyer has not finished: wait for complete.
        return _IN_FLIGHT if _is_in_flight(view.intent) else Reading(_A.OPEN)
    if view.status == "expired":
        return Reading(_A.SUCCEEDED if _money_came(view) else _A.EXPIRED)
    if view.status == "complete":
        return _read_complete(view)
    return _UNKNOWN


def _is_in_flight(intent: IntentView | None) -> bool:
    """True if the session's payment has left the buyer's hands, however open the session looks."""
    if intent is None:
        return False
    return intent.waits or intent.status in ("processing", "succeeded", "requires_capture")


def _read_complete(view: SessionView) -> Reading:
    if view.payment_status != "unpaid":
        return Reading(_A.SUCCEEDED)
    if view.async_failed:
        return Reading(_A.FAILED)
    if view.intent is None:
        return Reading(_A.PROCESSING, sure=False)
    reading = _read_status(view.intent)
    if reading.state is _A.OPEN:
        # The session is over: an intent that could take another card is never paid by it.
        failed = view.intent.status == "requires_payment_method"
        return Reading(_A.FAILED) if failed else _IN_FLIGHT
    return Reading(_A.FAILED) if reading.state is _A.CANCELED else reading


def _money_came(view: SessionView) -> bool:
    return view.payment_status == "paid" or (
        view.intent is not None and view.intent.status == "succeeded"
    )


def read_intent(view: IntentView, *, was: AttemptState) -> Reading:
    """Return where a bare PaymentIntent stands; a delayed method that failed is `failed`."""
    reading = _read_status(view)
    if view.status == "requires_payment_method" and (view.delayed_failure or was is _A.PROCESSING):
        return Reading(_A.FAILED)
    return reading


def read_buyer(view: SessionView | IntentView | ChargeView, *, of_session: bool) -> Buyer:
    """Return what the buyer told.

    A session says whose it is; the payment behind it (`of_session`) only how it was paid.
    """
    if not isinstance(view, SessionView):
        return view.buyer.how_it_was_paid if of_session else view.buyer
    if view.intent is None:
        return view.buyer
    return view.buyer.beside(view.intent.buyer.how_it_was_paid)


def last_moment(intent: IntentView) -> int | None:
    """Tell until when a voucher or transfer that was shown may be paid, milliseconds UTC."""
    if not intent.waits:
        return None
    return intent.waits_until or intent.created + TRANSFER_LIFE


def is_over(intent: IntentView, at: int) -> bool:
    """True if a voucher or transfer that was shown is paid no more at this time."""
    end = last_moment(intent)
    return end is not None and end + VOUCHER_GRACE <= at


def is_on_its_way(seen: Subject, at: int) -> bool:
    """True for an intent that was paid by what takes its time, and can still bring the money."""
    if not isinstance(seen, IntentView) or is_over(seen, at):
        return False
    return _read_status(seen).state is _A.PROCESSING


def _read_status(intent: IntentView) -> Reading:
    if intent.status == "canceled":
        abandoned = intent.cancellation_reason == ABANDONED
        return Reading(_A.EXPIRED if abandoned else _A.CANCELED)
    if intent.status == "requires_action" and intent.waits:
        return _IN_FLIGHT
    return _BY_STATUS.get(intent.status, _UNKNOWN)
