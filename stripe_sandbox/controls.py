"""What only an emulator has: pay without a browser, move the clock, turn the fault dial."""

from __future__ import annotations

import re

from flask import Blueprint, Response, current_app, jsonify

from . import checkout, collecting, links, money_controls, permissions, saved_methods, sessions
from .bodies import a_text, check, given, whole
from .clock import after_payment, tick
from .errors import invalid, missing
from .gate import Gate
from .here import call, world
from .methods import DEFAULT_CARD, find_method
from .store import Json, shown
from .told import answers_of
from .world import Call

HOME = "/_sandbox"
bp = Blueprint("controls", __name__, url_prefix=HOME)
bp.register_blueprint(money_controls.bp)
bp.before_request(check)
_PAYING = ("payment_method", "email", "three_d_secure", *collecting.ANSWERS)


def _gate() -> Gate:
    gate: Gate = current_app.extensions["gate"]
    return gate


@bp.get("", strict_slashes=False)
def routes() -> Json:
    """List the control routes."""
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(HOME)]
    told = [
        {
            "method": method,
            "path": re.sub("<[^>]+>", "{id}", rule.rule),
            "description": str(current_app.view_functions[rule.endpoint].__doc__).split("\n")[0],
        }
        for rule in rules
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return {"data": sorted(told, key=lambda one: (one["path"], one["method"]))}


@bp.post("/checkout/sessions/<name>/pay")
def pay_session(name: str) -> Json:
    """Pay a session as its buyer does."""
    body = given(*_PAYING)
    with world().store.change():
        session = world().need(name, "checkout.session")
        pay(call(), session, body)
        return shown(session)


@bp.post("/checkout/sessions/<name>/expire")
def expire_session(name: str) -> Json:
    """Let a session's time run out."""
    with world().store.change():
        return shown(sessions.expire(call(), world().need(name, "checkout.session")))


@bp.post("/payment_links/<name>/pay")
def pay_link(name: str) -> Json:
    """Open a session of a link's and pay it."""
    body = given(*_PAYING, "client_reference_id")
    with world().store.change():
        link = world().need(name, "payment_link")
        session = links.open_session(call(), link, body.get("client_reference_id"))
        pay(call(), session, body)
        return shown(session)


@bp.post("/events/<name>/resend")
def resend(name: str) -> Json:
    """Send an event again."""
    event = world().need(name, "event")
    world().delivery.resend(event)
    return shown(event)


@bp.post("/clock")
def clock() -> Json:
    """Move the clock, and do what is due by then."""
    body = given("advance")
    if "advance" not in body:
        raise missing("advance")
    seconds = body["advance"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise invalid("advance", "advance is a number of seconds")
    if not 0 <= seconds <= _MOST_SECONDS:
        raise invalid("advance", "advance moves the clock on, by at most ten years")
    store = world().store
    with store.change():
        store.advance(seconds)
        tick(call())
    return {"now": store.now(), "offset": store.offset}


_MOST_SECONDS = 10 * 365 * 86_400


@bp.put("/keys")
def give_permissions() -> Json:
    """Give a restricted key its permissions."""
    body = given("key", "permissions")
    return permissions.give(world().store, body.get("key"), body.get("permissions"))


@bp.put("/faults")
def set_faults() -> Json:
    """Turn the fault dial."""
    world().faults.set(whole())
    return {"ok": True}


@bp.delete("/faults")
def clear_faults() -> Json:
    """Turn the fault dial back."""
    world().faults.clear()
    return {"ok": True}


@bp.get("/requests")
def requests_log() -> Response:
    """Tell every call of the API, oldest first."""
    return jsonify(data=_gate().log())


@bp.get("/deliveries")
def deliveries_log() -> Response:
    """Tell every attempt to send an event, oldest first."""
    return jsonify(data=world().delivery.log())


@bp.post("/deliveries/flush")
def flush() -> Json:
    """Wait until no event is due."""
    return {"flushed": world().delivery.flush()}


@bp.post("/webhook_secret/roll")
def roll() -> Json:
    """Sign what `--webhook` hears with one more secret."""
    return {"secret": world().delivery.roll_secret(a_text(given("secret"), "secret"))}


@bp.put("/webhook_endpoints/<name>/secret")
def choose_secret(name: str) -> Json:
    """Sign with a secret that the receiver knows already; Stripe always makes a new one."""
    secret = a_text(given("secret"), "secret")
    if not secret:
        raise missing("secret")
    with world().store.change():
        endpoint = world().need(name, "webhook_endpoint")
        endpoint["_secret"] = secret
        world().store.put(endpoint)
    return {"secret": secret}


@bp.post("/reset")
def reset() -> Json:
    """Forget everything."""
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
    given = saved_methods.number_of(now.world, session, body.get("payment_method", DEFAULT_CARD))
    method = find_method(given, session["currency"])
    answers = answers_of(body)
    event = checkout.pay(
        now, session, method, email=email, passed=challenge == "pass", answers=answers
    )
    after_payment(now, session)
    return event
