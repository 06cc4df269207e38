"""What banks and buyers do to a payment afterwards, by hand: settle, dispute, refund, warn."""

from __future__ import annotations

from flask import Blueprint

from . import disputes, money_back, radar, transfers
from .bodies import a_text, choice, given, whole_number
from .clock import settle
from .errors import invalid, missing
from .forms import metadata
from .here import call, world
from .store import Json, shown

bp = Blueprint("money_controls", __name__)

_OUTCOMES = ("succeeded", "failed")
_MOST = 10**12
_TEN_YEARS = 10 * 365 * 86_400
_WEEK = 7 * 86_400


@bp.post("/payment_intents/<name>/settle")
def settle_intent(name: str) -> Json:
    """Let a delayed payment come in or fail."""
    outcome = choice(given("outcome"), "outcome", _OUTCOMES, "succeeded")
    with world().store.change():
        intent = world().need(name, "payment_intent")
        settle(call(), intent, outcome)
        return shown(intent)


@bp.post("/payment_intents/<name>/fund")
def fund_intent(name: str) -> Json:
    """Let a part of a bank transfer come in; with the last one the payment has succeeded."""
    amount = whole_number(given("amount"), "amount", None, _MOST)
    if amount is None:
        raise missing("amount")
    with world().store.change():
        intent = world().need(name, "payment_intent")
        if transfers.fund(call(), intent, amount):
            settle(call(), intent, "succeeded")
        return shown(intent)


@bp.post("/payment_intents/<name>/dispute")
def dispute_intent(name: str) -> Json:
    """Open a dispute or an inquiry."""
    body = given("reason", "amount", "status", "due_by")
    reason = choice(body, "reason", ("inquiry", *disputes.REASONS), "fraudulent")
    status = choice(body, "status", disputes.STATUSES) if "status" in body else None
    if (reason == "inquiry") is not (status in disputes.INQUIRIES) and status is not None:
        raise invalid("status", "an inquiry, and nothing else, begins with a warning_ status")
    due_by = whole_number(body, "due_by", _WEEK, _TEN_YEARS)
    with world().store.change():
        intent = world().need(name, "payment_intent")
        thing = disputes.open_dispute(
            call(),
            intent,
            reason=reason,
            amount=whole_number(body, "amount", None, _MOST),
            status=status,
            due_by=_WEEK if due_by is None else due_by,
        )
        return shown(thing)


@bp.post("/disputes/<name>/update")
def update_dispute(name: str) -> Json:
    """Move a dispute to another status."""
    status = choice(given("status"), "status", disputes.STATUSES)
    with world().store.change():
        return shown(disputes.move(call(), world().need(name, "dispute"), status))


@bp.post("/disputes/<name>/close")
def close_dispute(name: str) -> Json:
    """Decide a dispute."""
    status = choice(given("status"), "status", disputes.CLOSED, "lost")
    with world().store.change():
        return shown(disputes.close_dispute(call(), world().need(name, "dispute"), status))


@bp.post("/payment_intents/<name>/early_fraud_warning")
def warn(name: str) -> Json:
    """Warn of fraud."""
    kind = choice(given("fraud_type"), "fraud_type", radar.FRAUD_TYPES, "misc")
    with world().store.change():
        return shown(radar.warn(call(), world().need(name, "payment_intent"), kind))


@bp.post("/payment_intents/<name>/refund")
def refund_intent(name: str) -> Json:
    """Refund as the Dashboard does, by default one that stays pending until it is settled."""
    body = given("amount", "status", "reason", "metadata")
    status = choice(body, "status", money_back.BEGINNINGS, "pending")
    amount = whole_number(body, "amount", None, _MOST)
    with world().store.change():
        now = call()
        charge = money_back.charge_of(now, world().need(name, "payment_intent"))
        disputes.refuse_refund(now, charge)
        thing = money_back.make(
            now,
            charge,
            amount=money_back.check_amount(charge, amount),
            status=status,
            by_itself=False,
            reason=a_text(body, "reason"),
            metadata=metadata(body),
        )
        return shown(thing)


@bp.post("/payment_intents/<name>/refunds")
def begin_refunds(name: str) -> Json:
    """Return how all later refunds of this payment begin; they stay so until they are settled."""
    status = choice(given("status"), "status", money_back.BEGINNINGS)
    with world().store.change():
        intent = world().need(name, "payment_intent")
        intent["_refunds_begin"] = status
        return shown(world().store.put(intent))


@bp.post("/refunds/<name>/settle")
def settle_refund(name: str) -> Json:
    """Let a pending refund succeed or fail."""
    status = choice(given("status"), "status", _OUTCOMES, "succeeded")
    with world().store.change():
        return shown(money_back.settle(call(), world().need(name, "refund"), status))


@bp.post("/refunds/<name>/fail")
def fail_refund(name: str) -> Json:
    """Let a refund bounce, however long it had succeeded."""
    given()
    with world().store.change():
        return shown(money_back.finish_refund(call(), world().need(name, "refund"), "failed"))
