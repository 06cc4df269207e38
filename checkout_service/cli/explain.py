"""An order's story: every fact we hold of it in one timeline, and what a person may do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from checkout_service.domain.event_views import EventView, MessageView
from checkout_service.domain.status import WAITING, OrderStatus
from checkout_service.domain.views import OrderDetail, OrderView, TrailView

from .printing import amount, cell, moment, print_table

WHY_HELD = {
    "amount_mismatch": "the amount paid is not the order's",
    "currency_mismatch": "the money came in another currency",
    "duplicate_payment": "it was paid a second time; give one payment back",
    "paid_after_cancel": "money came after it was canceled",
    "wrong_link": "the payment came through another Payment Link",
    "wrong_mode": "a test payment for a live order, or the other way round",
    "wrong_reference": "the payment carries another order's reference",
    "uncaptured": "the money is authorized, not captured",
    "unknown_status": "Stripe uses a word this version does not know",
    "illegal_transition": "Stripe's answer contradicts what we knew for certain",
    "refunded_before_fulfilment": "money went back before the order was fulfilled",
}

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


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `at` in milliseconds UTC."""

    at: int
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Story:
    order: OrderView
    timeline: tuple[Entry, ...]
    advice: tuple[str, ...]


def story(
    detail: OrderDetail, events: Sequence[EventView], messages: Sequence[MessageView]
) -> Story:
    """Put all that is known of an order in the order in which it happened."""
    order = detail.order
    items = ", ".join(f"{line.quantity} x {line.name}" for line in order.items)
    total = amount(order.amount_total, order.currency)
    entries = [Entry(order.created_at, "created", f"{order.flow}, {total}: {items}")]
    entries += [_of_trail(step) for step in detail.trail]
    entries += [_of_event(event) for event in events]
    entries += [entry for message in messages for entry in _of_message(message)]
    entries.sort(key=lambda entry: entry.at)
    return Story(order, tuple(entries), tuple(_advice(order, events, messages)))


def explain(told: Story) -> None:
    """Print the story."""
    print_table(
        ("AT", "WHAT", "DETAIL"),
        ((moment(entry.at), entry.what, entry.detail) for entry in told.timeline),
    )
    click.echo()
    for sentence in told.advice:
        click.echo(cell(sentence))


def _of_trail(step: TrailView) -> Entry:
    by = f"by {step.source}" + (f", {step.event}" if step.event else "")
    if step.before != step.after:
        why = f" ({step.reason})" if step.reason else ""
        return Entry(step.at, "moved", f"{step.before} > {step.after}{why}, {by}")
    return Entry(step.at, "noted", f"{step.reason}, {by}")


def _of_event(event: EventView) -> Entry:
    error = f" ({event.last_error})" if event.last_error else ""
    return Entry(event.received_at, "event", f"{event.type} {event.id}: {event.state}{error}")


def _of_message(message: MessageView) -> Iterator[Entry]:
    yield Entry(message.created_at, "message", f"{message.kind} {message.id}: owed")
    if message.delivered_at is not None:
        tries = "1 try" if message.tries == 1 else f"{message.tries} tries"
        yield Entry(message.delivered_at, "delivered", f"{message.kind} after {tries}")


def _advice(
    order: OrderView, events: Sequence[EventView], messages: Sequence[MessageView]
) -> Iterator[str]:
    given = "It was fulfilled." if order.fulfilled else "It was not fulfilled."
    yield f"Now {order.status.value}. {_MEANING[order.status]} {given}"
    for hold in order.holds:
        todo = f"flask orders release {order.id} {hold}"
        yield f"Held: {hold}, {WHY_HELD[hold]}. After a look: {todo}"
    if order.status in WAITING and not order.holds:
        yield f"The sweep looks at it until that is over. To end it: flask orders cancel {order.id}"
    for event in events:
        if event.state in ("failed", "quarantined"):
            yield f"An event could not be applied. To try again: flask events replay {event.id}"
    for message in messages:
        why = f" ({message.last_error})" if message.last_error else ""
        if message.state == "dead":
            todo = f"flask messages replay {message.id}"
            yield f"{message.kind} never reached the merchant's backend{why}. To try again: {todo}"
        elif message.state == "due":
            yield f"{message.kind} waits to be delivered{why}, next at {moment(message.next_at)}."
