"""Orders as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import click

from checkout_service.domain.order.money_writes import MoneyWrite
from checkout_service.domain.status import AttemptState
from checkout_service.domain.views.orders import (
    AttemptView,
    HoldView,
    MoneyBackView,
    OrderDetail,
    OrderView,
    TrailView,
)

from .printing import amount, cell, moment, print_facts, print_table

_ORDER = ("ORDER", "STATUS", "FULFILLED", "TOTAL", "PAID", "REFUNDED", "HOLDS", "CREATED")
_ATTEMPT = ("ATTEMPT", "STATE", "WON", "AMOUNT", "AT STRIPE", "EXPIRES")
_MONEY_BACK = ("ID", "AMOUNT", "STATUS", "PAYMENT", "CREATED")
_WARNING = ("ID", "FRAUD TYPE", "ACTIONABLE", "PAYMENT", "CREATED")
_HOLD = ("HOLD", "EXPECTED", "SEEN", "SEEN AT", "BY", "RELEASED")
_WRITE = ("ASKED OF STRIPE", "WHAT", "AMOUNT", "STATE", "WHY", "LAST ASKED")
_SUBSCRIPTION = ("SUBSCRIPTION", "STATUS", "PERIOD ENDS")
_TRAIL = ("AT", "MOVE", "SOURCE", "REASON", "EVENT")


def print_orders(orders: Sequence[OrderView]) -> None:
    print_table(
        _ORDER,
        (
            (
                order.id,
                order.status.value,
                order.fulfilled,
                amount(order.amount_total, order.currency),
                amount(order.amount_paid, order.currency),
                amount(order.amount_refunded, order.currency),
                order.holds,
                moment(order.created_at),
            )
            for order in orders
        ),
    )


def print_detail(detail: OrderDetail) -> None:
    """Print an order with everything that hangs on it."""
    _print_order(detail)
    currency = detail.order.currency
    _section("Attempts", _ATTEMPT, [_attempt(view, currency) for view in detail.attempts])
    for view in detail.attempts:
        if view.recovery_url and view.state == AttemptState.EXPIRED:
            click.echo(f"  the buyer may come back to {view.id}: {view.recovery_url}")
    subscriptions = [
        (one.id, one.status, moment(one.current_period_end)) for one in detail.subscriptions
    ]
    _section("Subscriptions", _SUBSCRIPTION, subscriptions)
    _section("Refunds", _MONEY_BACK, [_money_back(view) for view in detail.refunds])
    _section("Disputes", _MONEY_BACK, [_money_back(view) for view in detail.disputes])
    warnings = [
        (one.id, one.fraud_type, one.actionable, one.intent_id, moment(one.created))
        for one in detail.warnings
    ]
    _section("Early fraud warnings", _WARNING, warnings)
    _section("Holds", _HOLD, [_hold(view) for view in detail.holds])
    writes = [_write(write, currency) for write in detail.open_writes]
    _section("Outcome unknown", _WRITE, writes)
    _section("Trail", _TRAIL, [_step(view) for view in detail.trail])


def _print_order(detail: OrderDetail) -> None:
    order, stuck = detail.order, detail.quarantined
    lost = order.amount_charged_back
    charged_back = amount(lost, order.currency) if lost else None
    held = order.amount_capturable
    capturable = amount(held, order.currency) if held else None
    print_facts(
        (
            ("order", order.id),
            ("status", order.status.value),
            ("fulfilled", order.fulfilled),
            ("holds", order.holds),
            ("total", amount(order.amount_total, order.currency)),
            ("paid", amount(order.amount_paid, order.currency)),
            ("refunded", amount(order.amount_refunded, order.currency)),
            ("charged back", charged_back),
            ("capturable", capturable),
            ("capture before", moment(order.capture_before)),
            ("flow", order.flow),
            ("number", order.number),
            ("reference", order.client_reference_id),
            ("e-mail", order.customer_email),
            ("metadata", ", ".join(f"{name}={value}" for name, value in order.metadata.items())),
            ("live", order.livemode),
            ("created", moment(order.created_at)),
            ("quarantined", stuck and f"{moment(stuck.at)}: {stuck.why}"),
        )
    )
    for line in order.items:
        price = amount(line.unit_amount, order.currency)
        click.echo(f"  {line.quantity} x {cell(line.name)} at {price}")


def _section(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.echo(f"\n{title}")
        print_table(heads, rows)


def _attempt(view: AttemptView, currency: str) -> tuple[object, ...]:
    at_stripe = view.checkout_session or view.payment_intent or view.payment_link
    paid = amount(view.amount, currency)
    return view.id, view.state, view.won, paid, at_stripe, moment(view.expires_at)


def _money_back(view: MoneyBackView) -> tuple[object, ...]:
    gone = amount(view.amount, view.currency)
    return view.id, gone, view.status, view.payment_intent, moment(view.created_at)


def _hold(view: HoldView) -> tuple[object, ...]:
    at = moment(view.raised_at if view.seen_at is None else view.seen_at)
    released = None if view.released_at is None else moment(view.released_at)
    return view.name, view.expected, view.seen, at, view.event or view.source, released


def _write(write: MoneyWrite, currency: str) -> tuple[object, ...]:
    much = None if write.amount is None else amount(write.amount, currency)
    what = f"{write.kind} {write.subject}"
    return write.id, what, much, write.state, write.last_error, moment(write.asked_at)


def _step(view: TrailView) -> tuple[object, ...]:
    move = f"{view.before} > {view.after}"
    return moment(view.at), move, view.source, view.reason, view.event
