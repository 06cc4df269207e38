"""What a buyer sees at Stripe: the hosted page, the 3-D Secure challenge, links, recovery."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from . import (
    brand,
    checkout,
    customers,
    embedded,
    hosted_form,
    intents,
    links,
    money,
    money_back,
    page_changes,
    payments,
    saving,
    sessions,
    setup_intents,
    subscriptions,
    typed,
    vouchers,
)
from .back_from import back_from
from .clock import after_payment
from .errors import ApiError
from .here import base, call, world
from .methods import DEFAULT_CARD, find_method
from .store import Json
from .ui_modes import ELEMENTS, EMBEDDED, FORM, HOSTED, way_back

Answer = Response | str | tuple[str, int]

_WAIT_SECONDS = 10
_NOT_THERE = "This page does not exist."
bp = Blueprint("pages", __name__)


@bp.get("/")
def index() -> Answer:
    return render_template("index.html")


@bp.get("/c/pay/<name>")
def hosted(name: str) -> Answer:
    session = _hosted(name)
    if session is None:
        return _closed(_NOT_THERE), 404
    if session["status"] != "open":
        return _closed(_why_closed(session), session), 410
    return _page(session)


def _hosted(name: str) -> Json | None:
    """Find a session that has a page of its own here."""
    session = world().store.get(name, "checkout.session")
    return session if session and session["ui_mode"] == HOSTED else None


@bp.post("/c/pay/<name>")
def pay(name: str) -> Answer:
    session = _hosted(name)
    return (_closed(_NOT_THERE), 404) if session is None else _posted(session)


@bp.post("/embedded/<name>")
def pay_embedded(name: str) -> Answer:
    """Show the page in a frame; the form it holds comes here again, with an action or a method."""
    try:
        session = embedded.session_of(name)
    except ApiError as error:
        return embedded.refused(error)
    if "method" in request.form or "action" in request.form or session["status"] == "complete":
        return _posted(session)
    return _page(session)


def _posted(session: Json) -> Answer:
    name = session["id"]
    if session["status"] == "complete":  # the button was pressed twice
        return _leave(session)
    if session["status"] != "open":
        return _closed(_why_closed(session), session), 410
    try:
        if request.form.get("action") in page_changes.CHANGES:
            with world().store.change():
                page_changes.CHANGES[request.form["action"]](session)
            if session["ui_mode"] == EMBEDDED:
                return _page(session)
            return redirect(f"/c/pay/{name}", 303)
        return _pay(session)
    except ApiError as error:
        return _page(session, str(error), error.status)


def _pay(session: Json) -> Answer:
    form = request.form
    typed.check(session, form, world())
    asked = checkout.needs_method(session)
    number = hosted_form.number(session, form, world()) if asked else DEFAULT_CARD
    method = find_method(number, session["currency"])
    if method.challenge and session["amount_total"]:
        with world().store.change():
            checkout.check_open(call(), session)
            session["customer_email"] = form.get("email") or session["customer_email"]
            session["_answers"] = hosted_form.answers(session, form)
            intent = checkout.intent_of(call(), session)
            url = f"{base()}/3ds/{intent['id']}"
            back = f"{base()}/c/pay/{session['id']}"
            payments.demand_challenge(call(), intent, method, url, back)
        return redirect(f"/3ds/{intent['id']}", 303)
    session["_answers"] = hosted_form.answers(session, form)
    return _finish(session, method.number, passed=True)


def _finish(session: Json, number: str, *, passed: bool) -> Answer:
    method = find_method(number, session["currency"])
    with world().store.change():
        if session["status"] == "complete":
            return _leave(session)
        event = checkout.pay(
            call(),
            session,
            method,
            email=request.form.get("email"),
            passed=passed,
            answers=session.get("_answers"),
        )
        after_payment(call(), session)
    # Checkout keeps the buyer up to ten seconds for the webhook's answer.
    world().delivery.wait_for(event, _WAIT_SECONDS)
    return _leave(session)


@bp.get("/3ds/<name>")
def challenge(name: str) -> Answer:
    if setup_intents.is_challenged(world().store.get(name, "setup_intent")):
        return render_template("challenge.html", amount="nothing")
    intent = world().store.get(name, "payment_intent")
    if intent is None or not payments.is_challenged(intent):
        return _closed("There is nothing to authenticate."), 410
    amount = money.shown(intent["amount"], intent["currency"])
    return render_template("challenge.html", amount=amount)


@bp.post("/3ds/<name>")
def answer_challenge(name: str) -> Answer:
    setup = world().store.get(name, "setup_intent")
    if setup is not None and setup_intents.is_challenged(setup):
        return saving.finish_challenge(setup, passed=request.form.get("outcome") == "pass")
    intent = world().store.get(name, "payment_intent")
    if intent is None or not payments.is_challenged(intent):
        return _closed("There is nothing to authenticate."), 410
    passed = request.form.get("outcome") == "pass"
    session = world().store.get(intent.get("_session"), "checkout.session")
    if session is None:
        return _answer_for(intent, passed=passed)
    try:
        return _finish(session, intent["_method"], passed=passed)
    except ApiError as error:
        if session["ui_mode"] in (ELEMENTS, FORM):  # the merchant's own page tells
            return _leave(session)
        return _page(session, str(error), error.status)


def _answer_for(intent: Json, *, passed: bool) -> Answer:
    """Finish the challenge of a merchant's own page, and go back to it either way."""
    method = find_method(intent["_method"], intent["currency"])
    outcome = "succeeded"
    try:
        with world().store.change():
            if passed and intent["confirmation_method"] == "manual":
                intents.let_through(call(), intent)
                return back_from(intent, outcome)
            kept = world().need(intent["payment_method"], "payment_method")
            email = kept["billing_details"]["email"]
            payments.attempt(call(), intent, method, email=email, passed=passed, kept=kept)
            if intent["status"] == "succeeded":
                subscriptions.hear(call(), intent)
            money_back.maybe_dispute(call(), intent)
    except ApiError:
        outcome = "failed"
    return back_from(intent, outcome)


@bp.get("/vouchers/<name>")
@bp.get("/vouchers/<name>/pdf")
def voucher(name: str) -> Answer:
    """Show what the buyer has to pay, and that nobody can pay it here."""
    intent = world().store.get(name, "payment_intent")
    if intent is None or not payments.is_waiting(intent) or intent["next_action"] is None:
        return _closed("There is nothing to pay."), 410
    amount = money.shown(intent["amount"], intent["currency"])
    return _closed(f"Pay {amount} with what your bank or shop was told. No money moves here.")


@bp.get("/b/<slug>")
def link(slug: str) -> Answer:
    found = next((k for k in world().store.newest("payment_link") if k["_slug"] == slug), None)
    if found is None:
        return _closed("This payment link does not exist."), 404
    try:
        with world().store.change():
            reference = request.args.get("client_reference_id")
            session = links.open_session(call(), found, reference, request.args)
    except ApiError as error:
        return _closed(str(error)), 410
    return redirect(f"/c/pay/{session['id']}", 303)


@bp.get("/r/<name>")
def recovery(name: str) -> Answer:
    expired = world().store.get(name, "checkout.session")
    after = ((expired or {}).get("after_expiration") or {}).get("recovery")
    if expired is None or not after or (after["expires_at"] or 0) < world().store.now():
        return _closed("This link has run out."), 410
    with world().store.change():
        again = sessions.recover(call(), expired)
    return redirect(f"/c/pay/{again['id']}", 303)


def _leave(session: Json) -> Answer:
    if session["ui_mode"] == EMBEDDED:
        return embedded.done(session)
    url = way_back(session)
    if url is None:
        return _closed("Thank you. Your payment went through.", session)
    return redirect(url, 303)


def _why_closed(session: Json) -> str:
    if session["status"] == "complete":
        return "This payment is complete already. You have not been charged twice."
    return "This checkout page has expired. You have not been charged."


def _closed(message: str, session: Json | None = None) -> str:
    back = session["cancel_url"] if session else None
    return render_template("closed.html", message=message, back=back)


def _page(session: Json, error: str | None = None, status: int = 200) -> Answer:
    view = _view(session)
    page = render_template(
        "pay.html",
        s=view,
        error=error,
        form=request.form,
        cards=hosted_form.CARDS,
        ibans=hosted_form.IBANS,
    )
    return embedded.framed(page, status) if session["ui_mode"] == EMBEDDED else (page, status)


def _view(session: Json) -> Json:
    currency = session["currency"]
    totals = session["total_details"]
    more = {
        name: amount and money.shown(amount, currency)
        for name, amount in (
            ("discount", totals["amount_discount"]),
            ("shipping", totals["amount_shipping"]),
            ("tax", totals["amount_tax"]),
        )
    }
    items = [
        {
            "name": item["description"],
            "quantity": item["quantity"],
            "amount": money.shown(item["amount_subtotal"], currency),
            "id": item["id"],
            "allowed": hosted_form.range_of(item),
        }
        for item in world().line_items(session)["data"]
    ]
    return {
        "id": session["id"],
        "secret": session["client_secret"],  # of a page in a frame
        "items": items,
        "subtotal": money.shown(session["amount_subtotal"] or 0, currency),
        "total": money.shown(session["amount_total"] or 0, currency),
        "free": not session["amount_total"],
        "needs_method": checkout.needs_method(session),
        "email": customers.email_of(call(), session, session.get("_prefilled_email")),
        "methods": session["payment_method_types"],
        "vouchers": [k for k in session["payment_method_types"] if k in vouchers.VOUCHERS],
        "codes": session["allow_promotion_codes"],
        "back": session["cancel_url"],
        "asks": hosted_form.asks(session, world()),
        "brand": brand.shown(session),
        **more,
    }
