"""What only an emulator has: pay without a browser, move the clock, turn the fault dial."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from . import links, money_back, payments, sessions
from .errors import ApiError, invalid
from .gate import Gate
from .methods import METHODS, find_method
from .store import Json, shown
from .world import Call, World


def controls(app: Flask, world: World, gate: Gate) -> Blueprint:
    """Build the `/_sandbox` routes."""
    bp = Blueprint("controls", __name__, url_prefix="/_sandbox")
    store = world.store

    def call() -> Call:
        base = app.config["BASE"] or request.url_root.rstrip("/")
        return Call(world, {}, "sk", {"id": None, "idempotency_key": None}, base)

    def given() -> Json:
        body = request.get_json(silent=True, force=True) if request.data else {}
        if not isinstance(body, dict):
            raise invalid("body", "A JSON object is needed.")
        return body

    @bp.post("/checkout/sessions/<name>/pay")
    def pay_session(name: str) -> Json:
        body = given()
        with store.lock:
            session = world.need(name, "checkout.session")
            pay(call(), session, body)
            return shown(session)

    @bp.post("/checkout/sessions/<name>/expire")
    def expire_session(name: str) -> Json:
        with store.lock:
            return shown(sessions.expire(call(), world.need(name, "checkout.session")))

    @bp.post("/payment_links/<name>/pay")
    def pay_link(name: str) -> Json:
        body = given()
        with store.lock:
            link = world.need(name, "payment_link")
            session = links.open_session(call(), link, body.get("client_reference_id"))
            pay(call(), session, body)
            return shown(session)

    @bp.post("/payment_intents/<name>/settle")
    def settle_intent(name: str) -> Json:
        outcome = given().get("outcome", "succeeded")
        if outcome not in ("succeeded", "failed"):
            raise invalid("outcome", "outcome must be succeeded or failed")
        with store.lock:
            intent = world.need(name, "payment_intent")
            settle(call(), intent, outcome)
            return shown(intent)

    @bp.post("/payment_intents/<name>/dispute")
    def dispute_intent(name: str) -> Json:
        reason = given().get("reason", "fraudulent")
        with store.lock:
            intent = world.need(name, "payment_intent")
            return shown(money_back.open_dispute(call(), intent, reason))

    @bp.post("/disputes/<name>/close")
    def close_dispute(name: str) -> Json:
        status = given().get("status", "lost")
        if status not in ("won", "lost"):
            raise invalid("status", "status must be won or lost")
        with store.lock:
            dispute = world.need(name, "dispute")
            return shown(money_back.close_dispute(call(), dispute, status))

    @bp.post("/refunds/<name>/fail")
    def fail_refund(name: str) -> Json:
        with store.lock:
            return shown(money_back.finish_refund(call(), world.need(name, "refund"), "failed"))

    @bp.post("/events/<name>/resend")
    def resend(name: str) -> Json:
        event = world.need(name, "event")
        world.delivery.resend(event)
        return shown(event)

    @bp.post("/clock")
    def clock() -> Json:
        seconds = given().get("advance", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise invalid("advance", "advance is a number of seconds")
        store.advance(seconds)
        tick(world, call())
        return {"now": store.now(), "offset": store.offset}

    @bp.put("/faults")
    def set_faults() -> Json:
        world.faults.set(given())
        return {"ok": True}

    @bp.delete("/faults")
    def clear_faults() -> Json:
        world.faults.clear()
        return {"ok": True}

    @bp.get("/requests")
    def requests_log() -> Response:
        return jsonify(data=gate.log())

    @bp.get("/deliveries")
    def deliveries_log() -> Response:
        return jsonify(data=world.delivery.log())

    @bp.post("/deliveries/flush")
    def flush() -> Json:
        return {"flushed": world.delivery.flush()}

    @bp.post("/webhook_secret/roll")
    def roll() -> Json:
        return {"secret": world.delivery.roll_secret(given().get("secret"))}

    @bp.post("/reset")
    def reset() -> Json:
        store.reset()
        return {"ok": True}

    return bp


def pay(call: Call, session: Json, body: Json) -> Json:
    """Do what the hosted page does. Raises ApiError 402 on a decline."""
    challenge = body.get("three_d_secure", "pass")
    if challenge not in ("pass", "fail"):
        raise invalid("three_d_secure", "three_d_secure must be pass or fail")
    method = find_method(body.get("payment_method", "4242424242424242"), session["currency"])
    event = sessions.pay(call, session, method, email=body.get("email"), passed=challenge == "pass")
    after_payment(call, session)
    return event


def after_payment(call: Call, session: Json) -> None:
    """Count the payment against its link, and let a card of trouble make its trouble."""
    links.count(call, session)
    intent = call.store.get(session["payment_intent"]) if session["payment_intent"] else None
    if intent is not None:
        maybe_dispute(call, intent)


def maybe_dispute(call: Call, intent: Json) -> None:
    method = METHODS.get(intent.get("_method", ""))
    if method and method.dispute and intent["status"] == "succeeded":
        money_back.open_dispute(call, intent, method.dispute)


def settle(call: Call, intent: Json, outcome: str) -> None:
    payments.settle(call, intent, outcome)
    sessions.hear(call, intent)
    maybe_dispute(call, intent)


def tick(world: World, call: Call) -> None:
    """Do everything whose time has come: expiries, delayed payments, pending refunds."""
    store = world.store
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


def explain(error: ApiError) -> tuple[dict[str, Any], int]:
    return error.body, error.status
