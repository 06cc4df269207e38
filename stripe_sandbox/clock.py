"""What happens by itself when its time has come: expiries, delayed payments, refunds, disputes."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    checkout,
    holds,
    links,
    money_back,
    payments,
    redemptions,
    sessions,
    subscriptions,
    tax_ids,
)
from .store import Json
from .world import Call


def after_payment(call: Call, session: Json) -> None:
    """Count a payment against its link, and let a card of trouble make its trouble."""
    links.count(call, session)
    intent = checkout.known_intent(call, session)
    if intent is not None:
        money_back.maybe_dispute(call, intent)


def settle(call: Call, intent: Json, outcome: str) -> None:
    """Let a delayed payment come in or fail; its session hears of it. Raises ApiError."""
    payments.settle(call, intent, outcome)
    checkout.hear(call, intent)
    money_back.maybe_dispute(call, intent)


def tick(call: Call) -> None:
    """Do everything that is due, each in its own time."""
    with call.store.change():
        for at, thing in call.store.due():
            with call.store.as_of(at):
                _DUE[thing["object"]](call, thing)


def _settle_as_fated(call: Call, intent: Json) -> None:
    if payments.is_waiting(intent):
        settle(call, intent, intent["_fate"])
    elif intent["status"] == "requires_capture":
        holds.lapse(call, intent)


_DUE: dict[str, Callable[[Call, Json], object]] = {
    "checkout.session": sessions.run_out,
    "coupon": redemptions.look_again,
    "payment_intent": _settle_as_fated,
    "promotion_code": redemptions.look_again,
    "subscription": subscriptions.turn,
    "tax_id": tax_ids.verify,
    "refund": lambda call, refund: money_back.finish_refund(call, refund, refund["_fate"]),
}
