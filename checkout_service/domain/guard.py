"""The money guard: compare what Stripe shows with the order's frozen terms.

Any difference is a named hold with what was expected and what was seen, never a fulfilment, never
lost. Compared in the integration currency: presentment amounts (Adaptive Pricing) are another
field of Stripe's.
"""

from __future__ import annotations

from collections.abc import Collection

from .facts.snapshots import IntentView, SessionView
from .frozen import frozen
from .money import in_words, number
from .order.ledger import DISCOUNT, SETUP, SHIPPING, TAX, Attempt, Terms
from .status import AttemptKind, Hold


@frozen
class Difference:
    """What the terms say and what Stripe shows instead, in words for the person who decides."""

    expected: str
    seen: str


Mismatches = dict[Hold, Difference]

_PAYABLE = frozenset(("requires_payment_method", "requires_confirmation", "requires_action"))


def session_mismatches(terms: Terms, attempt: Attempt, view: SessionView) -> Mismatches:
    """Name every way in which this session is not the payment that was agreed."""
    found = _mismatches(terms, attempt, view, terms.paying)
    if Hold.AMOUNT_MISMATCH not in found and not _amounts_agree(terms, view):
        found[Hold.AMOUNT_MISMATCH] = Difference(_agreed(terms, terms.paying), _sums(view))
    if not attempt.ours:
        found[Hold.WRONG_REFERENCE] = Difference("a session we opened", view.id)
    if terms.manual and view.intent is not None and view.intent.status == "succeeded":
        found |= _captured_too_much(view.amount_total, view.intent)
    if view.payment_link != attempt.link_id:
        expected = attempt.link_id or "no Payment Link"
        found[Hold.WRONG_LINK] = Difference(expected, view.payment_link or "no Payment Link")
    return found


def opening_mismatches(terms: Terms, attempt: Attempt, view: SessionView) -> Mismatches:
    """Name what differs already when a session is opened, before the buyer adds anything."""
    return _mismatches(terms, attempt, view, terms.opening)


def _mismatches(terms: Terms, attempt: Attempt, view: SessionView, due: range) -> Mismatches:
    """Compare a session with the terms, whose lines may come to any of these amounts."""
    found: Mismatches = {}
    if view.amount_subtotal not in due or not _adds_up(terms, view):
        found[Hold.AMOUNT_MISMATCH] = Difference(_agreed(terms, due), _sums(view))
    if view.currency != terms.currency and not _needs_no_currency(view):
        found[Hold.CURRENCY_MISMATCH] = Difference(terms.currency, view.currency)
    if view.livemode != terms.livemode or view.mode != terms.mode:
        found[Hold.WRONG_MODE] = Difference(
            _mode(terms.mode, live=terms.livemode), _mode(view.mode, live=view.livemode)
        )
    if view.client_reference_id != attempt.reference:
        found[Hold.WRONG_REFERENCE] = Difference(
            _reference(attempt.reference), _reference(view.client_reference_id)
        )
    elif attempt.kind is not AttemptKind.LINK and view.order_id != terms.order_id:
        # A Payment Link's sessions carry the link's metadata, not the order's.
        found[Hold.WRONG_REFERENCE] = Difference(
            f"order {terms.order_id}", f"order {view.order_id}" if view.order_id else "no order"
        )
    return found


def wrongly_opened(terms: Terms, attempt: Attempt, view: SessionView | IntentView) -> Mismatches:
    """Name what differs from what was asked for in a session or intent that was just opened."""
    if isinstance(view, SessionView):
        return opening_mismatches(terms, attempt, view)
    found = intent_mismatches(terms, attempt, view)
    if terms.manual and not view.manual:
        found[Hold.WRONG_MODE] = Difference("money that waits for a capture", "money taken at once")
    return found


def unpayable(view: SessionView | IntentView, way: str | None) -> Mismatches:
    """Name what would keep a buyer from paying what Stripe's answer says it has just opened.

    `way` leads there: the url of Stripe's page, or the client secret of a form.
    """
    is_open = view.status in ({"open"} if isinstance(view, SessionView) else _PAYABLE)
    if is_open and way:
        return {}
    seen = f"one that is {view.status}" if not is_open else "no way to it"
    return {Hold.UNKNOWN_STATUS: Difference("a payment that can be made", seen)}


def intent_mismatches(terms: Terms, attempt: Attempt, view: IntentView) -> Mismatches:
    """Name every way in which this intent is not the payment that was agreed."""
    found: Mismatches = {}
    received = view.amount_received if view.status == "succeeded" else view.amount
    enough = received == terms.amount_total or (terms.manual and 0 < received < terms.amount_total)
    if view.amount != terms.amount_total or not enough:
        asked, came = (
            in_words(amount, view.currency) for amount in (view.amount, view.amount_received)
        )
        seen = f"{asked}, {came} received"
        found[Hold.AMOUNT_MISMATCH] = Difference(_agreed(terms, terms.opening), seen)
    if view.currency != terms.currency:
        found[Hold.CURRENCY_MISMATCH] = Difference(terms.currency, view.currency)
    if view.livemode != terms.livemode:
        found[Hold.WRONG_MODE] = Difference(
            _mode(terms.mode, live=terms.livemode), _mode(terms.mode, live=view.livemode)
        )
    if not attempt.ours or view.order_id != terms.order_id:
        seen = f"order {view.order_id}" if view.order_id else "no order"
        expected = f"an intent we made for order {terms.order_id}"
        found[Hold.WRONG_REFERENCE] = Difference(expected, f"{view.id}, {seen}")
    return found


def capture_mismatches(attempt: Attempt, view: IntentView) -> Mismatches:
    """Name a capture of more than was authorised: the merchant takes that, or less."""
    return _captured_too_much(attempt.amount_authorized, view)


def _captured_too_much(most: int, view: IntentView) -> Mismatches:
    if 0 < view.amount_received <= most:
        return {}
    expected = f"up to {in_words(most, view.currency)} captured"
    seen = f"{in_words(view.amount_received, view.currency)} captured"
    return {Hold.AMOUNT_MISMATCH: Difference(expected, seen)}


def line_mismatches(terms: Terms, view: SessionView) -> Mismatches:
    """Compare the line items, where Stripe showed them: the same quantities for the same sums."""
    if view.lines is None:
        return {}
    shown = tuple((quantity, amount) for quantity, amount, *_ in view.lines)
    if terms.room is not None:
        sums_up = sum(amount for _, amount in shown) == view.amount_subtotal
        if sums_up and terms.room.bought(view.lines):
            return {}
        expected = terms.room.words(terms.currency)
    elif terms.lines is None or sorted(terms.lines) == sorted(shown):
        return {}
    else:
        expected = _lines(terms.lines, terms.currency)
    return {Hold.AMOUNT_MISMATCH: Difference(expected, _lines(shown, view.currency))}


def _needs_no_currency(view: SessionView) -> bool:
    """True for a session that takes no payment and does not say in which currency."""
    return view.mode == SETUP and not view.currency


def _adds_up(terms: Terms, view: SessionView) -> bool:
    """True if the total is made of what was agreed and of parts that may be added to it.

    How much of a tax is inside its price is not known before the lines are: either is taken here.
    """
    parts = {
        DISCOUNT: view.amount_discount,
        TAX: view.amount_tax,
        SHIPPING: view.amount_shipping,
    }
    if any(amount and part not in terms.adjustable for part, amount in parts.items()):
        return False
    net = view.amount_subtotal - view.amount_discount + view.amount_shipping
    return net <= view.amount_total <= net + view.amount_tax


def _amounts_agree(terms: Terms, view: SessionView) -> bool:
    if view.payment_status == "no_payment_required" and view.amount_total != 0:
        return False
    return view.amount_total in _possible_totals(terms, view)


def _possible_totals(terms: Terms, view: SessionView) -> Collection[int]:
    """List the totals that these parts may add up to.

    A price that includes its tax is not raised by it; goods may include it where shipping does not.
    https://docs.stripe.com/tax/products-prices-tax-codes-tax-behavior
    """
    net = view.amount_subtotal - view.amount_discount + view.amount_shipping
    if TAX not in terms.adjustable:
        return {net + view.amount_tax}
    if terms.room is not None and view.lines_total is None:
        return range(net, net + view.amount_tax + 1)  # the look at the lines will tell
    totals = {net, net + view.amount_tax}
    if 0 < view.shipping_tax < view.amount_tax:
        totals |= {net + view.shipping_tax, net + view.amount_tax - view.shipping_tax}
    if view.lines_total is not None:
        # Lines of several kinds: each shows its own total, with what tax there is on top.
        on_top = view.lines_total - (view.amount_subtotal - view.amount_discount)
        if 0 <= on_top <= view.amount_tax:
            totals |= {net + on_top, net + on_top + view.shipping_tax}
    return totals


def _agreed(terms: Terms, due: range) -> str:
    most = in_words(due[-1], terms.currency)
    return most if len(due) == 1 else f"{number(due[0], terms.currency)} to {most}"


def _sums(view: SessionView) -> str:
    parts = {
        "subtotal": view.amount_subtotal,
        "discount": view.amount_discount,
        "tax": view.amount_tax,
        "shipping": view.amount_shipping,
    }
    more = ", ".join(
        f"{name} {number(amount, view.currency)}" for name, amount in parts.items() if amount
    )
    total = in_words(view.amount_total, view.currency)
    return f"{total} ({more or 'no parts'}; {view.payment_status})"


def _mode(mode: str, *, live: bool) -> str:
    return f"{mode}, {'live' if live else 'test'} mode"


def _reference(reference: str | None) -> str:
    return "no reference" if reference is None else f"reference {reference}"


def _lines(lines: tuple[tuple[int, int], ...], currency: str) -> str:
    return ", ".join(
        f"{quantity} for {in_words(amount, currency)}" for quantity, amount in sorted(lines)
    )
