"""Read an attempt's state from what Stripe shows. Unknown words are news, never a guess.

A Checkout Session stays `complete` + `unpaid` for ever after a delayed method failed; only its
intent (or the event's own name) tells. https://docs.stripe.com/checkout/fulfillment
"""

from __future__ import annotations

from dataclasses import dataclass

from .snapshots import IntentView, SessionView
from .status import AttemptState, Hold


@dataclass(frozen=True, slots=True)
class Reading:
    """`state` is None when Stripe used a word we do not know; `doubt` then names the hold."""

    state: AttemptState | None
    doubt: Hold | None = None


_UNKNOWN = Reading(None, Hold.UNKNOWN_STATUS)
_UNCAPTURED = Reading(AttemptState.PROCESSING, Hold.UNCAPTURED)
_KNOWN_PAYMENT = frozenset(("paid", "unpaid", "no_payment_required"))

# A completed, unpaid session, by the status of its intent.
_UNPAID_BY_INTENT: dict[str, Reading] = {
    "processing": Reading(AttemptState.PROCESSING),
    "requires_action": Reading(AttemptState.PROCESSING),  # a voucher waits for its buyer
    "requires_confirmation": Reading(AttemptState.PROCESSING),
    "requires_payment_method": Reading(AttemptState.FAILED),
    "canceled": Reading(AttemptState.FAILED),
    "succeeded": Reading(AttemptState.SUCCEEDED),  # we looked between two writes at Stripe
    "requires_capture": _UNCAPTURED,
}

_INTENT: dict[str, Reading] = {
    "succeeded": Reading(AttemptState.SUCCEEDED),
    "processing": Reading(AttemptState.PROCESSING),
    "requires_capture": _UNCAPTURED,
    "canceled": Reading(AttemptState.CANCELED),
    "requires_payment_method": Reading(AttemptState.OPEN),
    "requires_confirmation": Reading(AttemptState.OPEN),
    "requires_action": Reading(AttemptState.OPEN),
}


def read_session(view: SessionView) -> Reading:
    """Say where a Checkout Session stands."""
    if view.payment_status not in _KNOWN_PAYMENT:
        return _UNKNOWN
    if view.status == "open":
        # no_payment_required may show while the buyer has not finished: wait for complete.
        return Reading(AttemptState.OPEN)
    if view.status == "expired":
        return Reading(AttemptState.SUCCEEDED if _money_came(view) else AttemptState.EXPIRED)
    if view.status == "complete":
        return _read_complete(view)
    return _UNKNOWN


def _read_complete(view: SessionView) -> Reading:
    if view.payment_status != "unpaid":
        return Reading(AttemptState.SUCCEEDED)
    if view.async_failed:
        return Reading(AttemptState.FAILED)
    if view.intent is None:
        return Reading(AttemptState.PROCESSING)
    return _UNPAID_BY_INTENT.get(view.intent.status, _UNKNOWN)


def _money_came(view: SessionView) -> bool:
    return view.payment_status == "paid" or (
        view.intent is not None and view.intent.status == "succeeded"
    )


def read_intent(view: IntentView, *, was: AttemptState) -> Reading:
    """Say where a bare PaymentIntent stands; a delayed method that failed is `failed`."""
    reading = _INTENT.get(view.status, _UNKNOWN)
    if view.status == "requires_payment_method" and (
        view.delayed_failure or was is AttemptState.PROCESSING
    ):
        return Reading(AttemptState.FAILED)
    return reading
