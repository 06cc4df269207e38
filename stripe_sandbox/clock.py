"""What happens by itself when its time has come: expiries, delayed payments, refunds, disputes."""

from __future__ import annotations

from . import checkout, links, money_back, payments, sessions
from .store import Json
from .world import Call


def after_payment(call: Call, session: Json) -> None:
    """Count a payment against its link, and let a card of trouble make its trouble."""
    links.count(call, session)
    intent = call.store.get(session["payment_intent"]) if session["payment_intent"] else None
    if intent is not None:
        money_back.maybe_dispute(call, intent)


def settle(call: Call, intent: Json, outcome: str) -> None:
    """Let a delayed payment come in or fail; its session hears of it. Raises ApiError."""
    payments.settle(call, intent, outcome)
    checkout.hear(call, intent)
    money_back.maybe_dispute(call, intent)


def tick(call: Call) -> None:
    """Do everything that is due."""
    store = call.store
    now = store.now()
    with store.lock:
        for session in list(store.newest("checkout.session")):
            if session["status"] == "open" and session["expires_at"] <= now:
                sessions.expire(call, session)
        for intent in list(store.newest("payment_intent")):
            if intent.get("_due") and intent["_due"] <= now and intent.get("_fate"):
                settle(call, intent, intent["_fate"])
        for refund in list(store.newest("refund")):
            if refund.get("_due") and refund["_due"] <= now:
                money_back.finish_refund(call, refund, refund["_fate"])
