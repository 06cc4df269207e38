"""An order's story: every fact we hold of it in one timeline, and what a person may do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from checkout_service.domain.frozen import frozen
from checkout_service.domain.views.events import EventView, MessageView
from checkout_service.domain.views.orders import (
    HoldView,
    MoneyBackView,
    OrderDetail,
    OrderView,
    TrailView,
)

from .advice import advice, evidence
from .printing import amount, cell, moment, print_table


@frozen
class Entry:
    """One thing that happened; `at` in milliseconds UTC."""

    at: int
    what: str
    detail: str


@frozen
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
    entries += [entry for hold in detail.holds for entry in _of_hold(hold)]
    entries += [_of_money_back("refund", refund) for refund in detail.refunds]
    entries += [_of_money_back("dispute", dispute) for dispute in detail.disputes]
    entries += [entry for message in messages for entry in _of_message(message)]
    entries.sort(key=lambda entry: entry.at)
    return Story(order, tuple(entries), tuple(advice(detail, events, messages)))


def explain(story: Story) -> None:
    """Print the story."""
    print_table(
        ("AT", "WHAT", "DETAIL"),
        ((moment(entry.at), entry.what, entry.detail) for entry in story.timeline),
    )
    click.echo()
    for sentence in story.advice:
        click.echo(cell(sentence))


def _of_trail(step: TrailView) -> Entry:
    by = f"by {step.source}" + (f", {step.event}" if step.event else "")
    if step.before != step.after:
        why = f" ({step.reason})" if step.reason else ""
        return Entry(step.at, "moved", f"{step.before} > {step.after}{why}, {by}")
    return Entry(step.at, "noted", f"{step.reason}, {by}")


def _of_hold(hold: HoldView) -> Iterator[Entry]:
    yield Entry(hold.raised_at, "held", f"{hold.name}: {evidence(hold)}")
    if hold.released_at is not None:
        yield Entry(hold.released_at, "released", hold.name)


def _of_money_back(what: str, view: MoneyBackView) -> Entry:
    reason = f" ({view.reason})" if view.reason else ""
    detail = f"{view.id} {amount(view.amount, view.currency)}{reason}: {view.status}"
    return Entry(view.created_at, what, detail)


def _of_event(event: EventView) -> Entry:
    error = f" ({event.last_error})" if event.last_error else ""
    return Entry(event.received_at, "event", f"{event.type} {event.id}: {event.state}{error}")


def _of_message(message: MessageView) -> Iterator[Entry]:
    yield Entry(message.created_at, "message", f"{message.kind} {message.id}: owed")
    if message.delivered_at is not None:
        tries = "1 try" if message.tries == 1 else f"{message.tries} tries"
        yield Entry(message.delivered_at, "delivered", f"{message.kind} after {tries}")
