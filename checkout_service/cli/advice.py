"""What an order's story comes to: where it stands, why, and what a person may do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checkout_service.domain.hold_advice import WHAT_TO_DO, WHY_HELD
from checkout_service.domain.order.money_writes import MoneyWrite, WriteKind, WriteState
from checkout_service.domain.status import WAITING, OrderStatus
from checkout_service.domain.views.events import EventView, MessageView
from checkout_service.domain.views.orders import HoldView, OrderDetail
from checkout_service.domain.views.quarantine import in_words

from .printing import amount, moment

_MEANING = {
    OrderStatus.PENDING: "The buyer has not paid yet.",
    OrderStatus.PROCESSING: "A payment is on its way; delayed methods take days.",
    OrderStatus.FAILED: "The payment failed; no money came.",
    OrderStatus.EXPIRED: "The time to pay ran out; no money came.",
    OrderStatus.CANCELED: "It was canceled before any money came.",
    OrderStatus.PAID: "The money is here.",
    OrderStatus.PARTIALLY_REFUNDED: "The money came, and part of it went back.",
    OrderStatus.REFUNDED: "The money came, and all of it went back.",
    OrderStatus.DISPUTED: "The buyer's bank took the money back for now.",
    OrderStatus.CHARGED_BACK: "A dispute was lost; the money is gone.",
}
_ASKED = {
    WriteKind.REFUND: "A refund of {amount}",
    WriteKind.EXPIRE: "The closing of {subject}",
    WriteKind.CANCEL: "The canceling of {subject}",
    WriteKind.CAPTURE: "The capture of {subject}",
    WriteKind.VOID: "The release of {subject}",
}
_PENDING = ("pending", "requires_action")


def advice(
    detail: OrderDetail, events: Sequence[EventView], messages: Sequence[MessageView]
) -> Iterator[str]:
    """Return where the order stands, and then all that is odd about it, each with what to do."""
    order = detail.order
    given = "It was fulfilled." if order.fulfilled else "It was not fulfilled."
    yield f"Now {order.status.value}. {_MEANING[order.status]} {given}"
    yield from _of_holds(detail)
    yield from _of_money(detail)
    waits = order.status in WAITING and not order.amount_capturable
    if waits and not order.holds and detail.quarantined is None:
        yield f"The sweep looks at it until that is over. To end it: flask orders cancel {order.id}"
    if detail.quarantined is not None:
        yield (
            f"It is not looked up any more, since {moment(detail.quarantined.at)}: "
            f"{detail.quarantined.why}. Once that is mended: flask quarantine retry {order.id}"
        )
    yield from _of_events(events)
    yield from _of_messages(messages)


def evidence(hold: HoldView) -> str:
    """Tell what was expected, what was seen instead, when, and by which event or door."""
    by = hold.event or hold.source or "unknown"
    at = moment(hold.raised_at if hold.seen_at is None else hold.seen_at)
    return f"expected {hold.expected or 'unknown'}; seen {hold.seen or 'unknown'}, {at}, by {by}"


def _of_holds(detail: OrderDetail) -> Iterator[str]:
    up = [hold for hold in detail.holds if hold.released_at is None]
    for name in detail.order.holds:
        yield f"Held: {name}, {WHY_HELD[name]}. {WHAT_TO_DO[name]}"
        for hold in up:
            if hold.name == name:
                yield f"  {evidence(hold)}."
        yield f"  After a look: flask orders release {detail.order.id} {name}"


def _of_money(detail: OrderDetail) -> Iterator[str]:
    order = detail.order
    if order.amount_charged_back:
        gone = amount(order.amount_charged_back, order.currency)
        paid = amount(order.amount_paid, order.currency)
        yield f"Charged back by a lost dispute: {gone} of the {paid} that came."
    if order.amount_capturable and order.capture_before is not None:
        held, until = amount(order.amount_capturable, order.currency), moment(order.capture_before)
        yield (
            f"{held} is held on the buyer's card until {until}. "
            f"Take it: flask orders capture {order.id}; let it go: flask orders void {order.id}"
        )
    for refund in detail.refunds:
        if refund.status in _PENDING:
            back = amount(refund.amount, refund.currency)
            yield f"A refund of {back} ({refund.id}) is on its way, not with the buyer yet."
    for dispute in detail.disputes:
        if dispute.needs_response:
            until = f" by {moment(dispute.due_by)}" if dispute.due_by else ""
            much = amount(dispute.amount, dispute.currency)
            what = "An inquiry about" if dispute.is_inquiry else "A dispute of"
            yield f"{what} {much} ({dispute.id}) wants your answer at Stripe{until}."
    for warning in detail.warnings:
        if warning.actionable:
            what = warning.fraud_type.replace("_", " ")
            yield f"The card's bank takes it for fraud ({what}): a refund may spare a dispute."
    for write in detail.open_writes:
        yield _of_write(write, order.currency)


def _of_write(write: MoneyWrite, currency: str) -> str:
    what = _ASKED[write.kind].format(
        amount=amount(write.amount or 0, currency), subject=write.subject
    )
    if write.state is WriteState.QUARANTINED:
        why = in_words(write.last_error or "")
        todo = f"flask quarantine retry {write.id}"
        return f"{what} was asked of Stripe, its outcome was not found ({why}). Try again: {todo}"
    if not write.was_asked:
        return f"{what} is about to be asked of Stripe."
    return f"{what} was asked of Stripe, its outcome is not known yet."


def _of_events(events: Sequence[EventView]) -> Iterator[str]:
    for event in events:
        if event.state in ("failed", "quarantined"):
            yield f"An event could not be applied. To try again: flask events replay {event.id}"


def _of_messages(messages: Sequence[MessageView]) -> Iterator[str]:
    for message in messages:
        why = f" ({message.last_error})" if message.last_error else ""
        if message.state == "dead":
            todo = f"flask messages replay {message.id}"
            yield f"{message.kind} never reached the merchant's backend{why}. To try again: {todo}"
        elif message.state == "due":
            yield f"{message.kind} waits to be delivered{why}, next at {moment(message.next_at)}."
