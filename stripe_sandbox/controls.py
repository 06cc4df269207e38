"""What only an emulator has: pay without a browser, move the clock, turn the fault dial."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, request

from . import checkout, links, money_back, sessions
from .clock import after_payment, settle, tick
from .errors import invalid
from .gate import Gate
from .here import call, world
from .methods import find_method
from .store import Json, shown
from .world import Call

bp = Blueprint("controls", __name__, url_prefix="/_sandbox")


def _given() -> Json:
    try:
        body = request.get_json(silent=True, force=True) if request.data else {}
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise invalid("body", "A JSON object is needed.")
    return body


def _gate() -> Gate:
    gate: Gate = current_app.extensions["gate"]
    return gate


@bp.post("/checkout/sessions/<name>/pay")
def pay_session(name: str) -> Json:
    body = _given()
    with world().store.lock:
        session = world().need(name, "checkout.session")
        pay(call(), session, body)
        return shown(session)


@bp.post("/checkout/sessions/<name>/expire")
def expire_session(name: str) -> Json:
    with world().store.lock:
        return shown(sessions.expire(call(), world().need(name, "checkout.session")))


@bp.post("/payment_links/<name>/pay")
def pay_link(name: str) -> Json:
    body = _given()
    with world().store.lock:
        link = world().need(name, "payment_link")
        session = links.open_session(call(), link, body.get("client_reference_id"))
        pay(call(), session, body)
        return shown(session)


@bp.post("/payment_intents/<name>/settle")
def settle_intent(name: str) -> Json:
    outcome = _given().get("outcome", "succeeded")
    if outcome not in ("succeeded", "failed"):
        raise invalid("outcome", "outcome must be succeeded or failed")
    with world().store.lock:
        intent = world().need(name, "payment_intent")
        settle(call(), intent, outcome)
        return shown(intent)


@bp.post("/payment_intents/<name>/dispute")
def dispute_intent(name: str) -> Json:
    reason = _given().get("reason", "fraudulent")
    if not isinstance(reason, str):
        raise invalid("reason", "reason is a text")
    with world().store.lock:
        intent = world().need(name, "payment_intent")
        return shown(money_back.open_dispute(call(), intent, reason))


@bp.post("/disputes/<name>/close")
def close_dispute(name: str) -> Json:
    status = _given().get("status", "lost")
    if status not in ("won", "lost"):
        raise invalid("status", "status must be won or lost")
    with world().store.lock:
        dispute = world().need(name, "dispute")
        return shown(money_back.close_dispute(call(), dispute, status))


@bp.post("/refunds/<name>/fail")
def fail_refund(name: str) -> Json:
    with world().store.lock:
        return shown(money_back.finish_refund(call(), world().need(name, "refund"), "failed"))


@bp.post("/events/<name>/resend")
def resend(name: str) -> Json:
    event = world().need(name, "event")
    world().delivery.resend(event)
    return shown(event)


@bp.post("/clock")
def clock() -> Json:
    seconds = _given().get("advance", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise invalid("advance", "advance is a number of seconds")
    if not abs(seconds) <= _MOST_SECONDS:
        raise invalid("advance", "advance moves the clock by at most ten years")
    store = world().store
    store.advance(seconds)
    tick(call())
    return {"now": store.now(), "offset": store.offset}


_MOST_SECONDS = 10 * 365 * 86_400


@bp.put("/faults")
def set_faults() -> Json:
    world().faults.set(_given())
    return {"ok": True}


@bp.delete("/faults")
def clear_faults() -> Json:
    world().faults.clear()
    return {"ok": True}


@bp.get("/requests")
def requests_log() -> Response:
    return jsonify(data=_gate().log())


@bp.get("/deliveries")
def deliveries_log() -> Response:
    return jsonify(data=world().delivery.log())


@bp.post("/deliveries/flush")
def flush() -> Json:
    return {"flushed": world().delivery.flush()}


@bp.post("/webhook_secret/roll")
def roll() -> Json:
    secret = _given().get("secret")
    if secret is not None and not isinstance(secret, str):
        raise invalid("secret", "secret is a text")
    return {"secret": world().delivery.roll_secret(secret)}


@bp.post("/reset")
def reset() -> Json:
    world().store.reset()
    return {"ok": True}


def pay(now: Call, session: Json, body: Json) -> Json:
    """Do what the hosted page does. Raises ApiError 402 on a decline."""
    challenge = body.get("three_d_secure", "pass")
    if challenge not in ("pass", "fail"):
        raise invalid("three_d_secure", "three_d_secure must be pass or fail")
    email = body.get("email")
    if email is not None and not isinstance(email, str):
        raise invalid("email", "email is a text")
    method = find_method(body.get("payment_method", "4242424242424242"), session["currency"])
    event = checkout.pay(now, session, method, email=email, passed=challenge == "pass")
    after_payment(now, session)
    return event
