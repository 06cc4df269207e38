"""The acts by name: what the page says before, and the one use case that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request

from checkout_service.domain.errors import (
    CheckoutError,
    Fault,
    InvalidInput,
    NotFound,
    RefundTooLarge,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.care import read_note, read_parcel
from checkout_service.domain.staff import Role
from checkout_service.domain.views.orders import AttemptView, HoldView, OrderView
from checkout_service.use_cases.refunds.refund_order import RefundOffer, RequestedRefund
from checkout_service.web.context import use_cases
from checkout_service.web.pages.rendering import money

from . import refund_form
from .timeline import REFUND_BECAME

Form = Mapping[str, str]


@frozen
class Subject:
    """What is acted on, and the page to come back to."""

    id: str
    back: str
    by: str  # who acts
    order: OrderView | None = None
    holds: tuple[HoldView, ...] = ()  # those that are up, with their evidence
    note: str = ""  # why it is here, in words
    offer: RefundOffer | None = None  # what a refund can give back
    others: tuple[AttemptView, ...] = ()  # payments that came beside the one that counts
    off: CheckoutError | None = None  # why it cannot be done to the order as it is

    @property
    def refund(self) -> tuple[OrderView, RefundOffer]:
        """Return the order and what can be given back of it. Raises NotFound."""
        if self.order is None or self.offer is None:
            raise NotFound
        return self.order, self.offer

    @property
    def presets(self) -> list[refund_form.Preset]:
        return refund_form.presets(*self.refund)

    @property
    def given_back(self) -> list[str]:
        return refund_form.given_back(*self.refund)

    @property
    def on_its_way(self) -> int:
        order, offer = self.refund
        return refund_form.on_its_way(order, offer.left)

    def named(self, form: Form) -> str:
        names = ("hold", "what", "amount", "reason", "carrier")
        more = " ".join(form[name][:100] for name in names if form.get(name))
        return f"{self.id} {more}".strip()


@frozen
class Kind:
    title: str
    warning: str
    button: str
    do: Callable[[Subject, Form, str], str]
    field: str = ""
    role: Role = Role.ALL  # what is needed to do it
    second_look: Callable[[Subject, Form], str] | None = None  # what would be done, once more


def _refund(subject: Subject, form: Form, nonce: str) -> str:
    order = _order(subject)
    other = form.get("payment_intent") or None
    asked = RequestedRefund(
        refund_form.amount_of(form, order),
        other,
        refund_form.reason_of(form),
        part=None if other else refund_form.part_of(form, order),
        seen_left=refund_form.seen_left(form),
    )
    try:
        done = use_cases().refund_order.refund(order.id, asked, nonce=nonce, source="admin")
    except RefundTooLarge as error:
        raise refund_form.too_much(error.left, order.currency) from error
    became = REFUND_BECAME.get(done.status, done.status)
    return f"Refund {done.id} of {money(done.amount, done.currency)} {became}."


def _before_refund(subject: Subject, form: Form) -> str:
    return refund_form.second_look(form, *subject.refund)


def _cancel(subject: Subject, _form: Form, _nonce: str) -> str:
    after = use_cases().cancel_order.cancel(subject.id, source="admin")
    return f"The order is {after.status}."


def _release(subject: Subject, form: Form, nonce: str) -> str:
    words = form.get("note", "").strip()
    name = _hold_of(form)
    note = read_note(words) if words else None
    after = use_cases().release_hold.release(subject.id, name, by=subject.by, source="admin")
    if note is not None:
        use_cases().admin.note_order.add(subject.id, note, nonce=nonce, by=subject.by)
    return f"The hold ({name.replace('_', ' ')}) is released; the order is {_standing(after)}."


def _hold_of(form: Form) -> str:
    """Return which hold is meant: the form's, or the address's. Raises InvalidInput."""
    name = form.get("hold") or request.args.get("hold") or ""
    if not name:
        raise InvalidInput([Fault("hold", "choose which hold is released")])
    return name


def _settle(subject: Subject, _form: Form, _nonce: str) -> str:
    before = _standing(_order(subject))
    look = use_cases().look_at_order.look(subject.id, source="admin", urgent=True)
    after = use_cases().read_orders.view(subject.id)
    if look.name == "BUSY":
        return f"Somebody is looking at this moment; the order is {_standing(after)}."
    if _standing(after) == before:
        return f"Stripe, looked at just now, shows what we hold: the order is {before}."
    return f"Looked up at Stripe: it was {before}; now the order is {_standing(after)}."


def _ship(subject: Subject, form: Form, nonce: str) -> str:
    parcel = read_parcel(form)
    use_cases().admin.ship_order.ship(
        subject.id, parcel, nonce=nonce, by=subject.by, source="admin"
    )
    return f"Shipped with {parcel.carrier}: the buyer's page shows it, your backend is told."


def _note(subject: Subject, form: Form, nonce: str) -> str:
    words = read_note(form.get("note", ""))
    use_cases().admin.note_order.add(subject.id, words, nonce=nonce, by=subject.by)
    return "The note is kept."


def _replay(subject: Subject, _form: Form, _nonce: str) -> str:
    if not use_cases().receive_event.replay(subject.id, source="admin"):
        raise NotFound
    return _taken_in_again(subject.id)


def _retry(subject: Subject, _form: Form, _nonce: str) -> str:
    use_cases().quarantine.retry(subject.id, source="admin")
    if not subject.id.startswith("evt_"):
        return f"{subject.id} is out of quarantine: the next sweep tries it again."
    return _taken_in_again(subject.id)


def _taken_in_again(event_id: str) -> str:
    event = use_cases().read_events.detail(event_id).event
    if event.state in ("failed", "quarantined"):
        return f"It failed again ({event.last_error or 'no reason told'}), and is {event.state}."
    return f"The event was taken in again: {event.state}."


def _resend(subject: Subject, _form: Form, _nonce: str) -> str:
    if not use_cases().deliver_outbox.replay(subject.id):
        raise NotFound
    return "The notification is due again, under the same id."


def _enable(_subject: Subject, _form: Form, _nonce: str) -> str:
    changed = use_cases().deliver_outbox.enable()
    return "Notifications are sent again." if changed else "Nothing was wrong with the receiver."


def _order(subject: Subject) -> OrderView:
    if subject.order is None:
        raise NotFound
    return subject.order


def _standing(order: OrderView) -> str:
    holds = ", ".join(order.holds).replace("_", " ")
    held = f", held ({holds})" if holds else ""
    gone = order.amount_refunded + order.amount_charged_back
    paid = f", {money(order.amount_paid, order.currency)} paid" if order.amount_paid else ""
    back = f", {money(gone, order.currency)} gone back" if gone else ""
    given = ", fulfilled" if order.fulfilled else ""
    return f"{order.status.replace('_', ' ')}{given}{held}{paid}{back}"


ACTS: Mapping[tuple[str, str], Kind] = {
    ("orders", "refund"): Kind(
        "Refund", "The money goes back to the buyer. It cannot be taken back.", "Refund", _refund,
        "amount", Role.REFUND, _before_refund,
    ),
    ("orders", "cancel"): Kind(
        "Cancel the order", "Its open payment is closed at Stripe first.", "Cancel the order",
        _cancel,
    ),
    ("orders", "release"): Kind(
        "Release the hold",
        "You have looked and it is right: a paid order without another hold is fulfilled now.",
        "Release", _release, "hold",
    ),
    ("orders", "settle"): Kind(
        "Look now", "The order is looked up at Stripe and what is true is recorded.",
        "Look it up", _settle, role=Role.REFUND,
    ),
    ("orders", "ship"): Kind(
        "Mark as shipped",
        "The buyer's own page shows it, and your backend is told (order.shipped). Each parcel is "
        "marked by itself.",
        "Mark as shipped", _ship, "parcel", Role.REFUND,
    ),
    ("orders", "note"): Kind(
        "Write a note", "Notes are read at the desk alone, and go when the buyer is erased.",
        "Keep the note", _note, "note", Role.REFUND,
    ),
    ("events", "replay"): Kind(
        "Replay the event", "The stored event is merged once more. What is known stays.",
        "Replay", _replay,
    ),
    ("quarantine", "retry"): Kind(
        "Try it again",
        "An event is merged at once; everything else is tried by the next sweep. Money is looked "
        "for before anything is asked anew.",
        "Try it again", _retry,
    ),
    ("messages", "resend"): Kind(
        "Resend the notification",
        "It is sent again under its own id: a receiver that knows the id does nothing twice.",
        "Resend", _resend,
    ),
    ("receiver", "enable"): Kind(
        "Send notifications again", "Everything that waits is due at once.", "Send again", _enable,
    ),
}  # fmt: skip
