"""What a buyer sees at Stripe: the hosted page, the 3-D Secure challenge, links, recovery."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request

from . import links, money, payments, sessions
from .controls import after_payment
from .errors import ApiError
from .methods import find_method
from .store import Json
from .world import Call, World

_WAIT_SECONDS = 10
_PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
CARDS = (
    ("4242424242424242", "pays"),
    ("4000000000000002", "is declined"),
    ("4000000000009995", "has insufficient funds"),
    ("4000002760003184", "asks for 3-D Secure"),
)
IBANS = (("AT611904300234573201", "comes in"), ("AT861904300235473202", "fails later"))


def pages(app: Flask, world: World) -> Blueprint:
    """Build the pages."""
    bp = Blueprint("pages", __name__)
    store = world.store

    def call() -> Call:
        base = app.config["BASE"] or request.url_root.rstrip("/")
        return Call(world, {}, "sk", {"id": None, "idempotency_key": None}, base)

    def show(session: Json, error: str | None = None, status: int = 200) -> tuple[str, int]:
        view = _view(world, session)
        form = request.form
        return render_template("pay.html", s=view, error=error, form=form, cards=CARDS,
                               ibans=IBANS), status  # fmt: skip

    @bp.get("/")
    def index() -> str:
        return render_template("index.html")

    @bp.get("/c/pay/<name>")
    def hosted(name: str) -> object:
        session = store.get(name, "checkout.session")
        if session is None:
            return _gone("This page does not exist."), 404
        if session["status"] != "open":
            return _gone(_why_closed(session), session), 410
        return show(session)

    @bp.post("/c/pay/<name>")
    def pay(name: str) -> object:
        session = store.get(name, "checkout.session")
        if session is None or session["status"] != "open":
            return _gone(_why_closed(session) if session else "This page does not exist."), 410
        form = request.form
        try:
            if form.get("action") == "promotion":
                sessions.apply_code(call(), session, form.get("code", ""))
                return redirect(f"/c/pay/{name}", 303)
            return _pay(call(), session)
        except ApiError as error:
            return show(session, str(error), 402)

    @bp.get("/3ds/<name>")
    def challenge(name: str) -> object:
        intent = store.get(name, "payment_intent")
        if intent is None or intent["status"] != "requires_action":
            return _gone("There is nothing to authenticate."), 410
        amount = money.shown(intent["amount"], intent["currency"])
        return render_template("challenge.html", amount=amount)

    @bp.post("/3ds/<name>")
    def answer_challenge(name: str) -> object:
        intent = store.get(name, "payment_intent")
        if intent is None or intent["status"] != "requires_action":
            return _gone("There is nothing to authenticate."), 410
        passed = request.form.get("outcome") == "pass"
        session = store.get(intent.get("_session"), "checkout.session")
        try:
            if session is not None:
                return _finish(call(), session, intent["_method"], passed=passed)
            method = find_method(intent["_method"], intent["currency"])
            with store.lock:
                payments.attempt(call(), intent, method, email=None, passed=passed)
        except ApiError as error:
            if session is not None:
                return show(session, str(error), 402)
        return redirect(_intent_return(intent), 303)

    @bp.get("/b/<slug>")
    def link(slug: str) -> object:
        found = next((k for k in store.newest("payment_link") if k["_slug"] == slug), None)
        if found is None:
            return _gone("This payment link does not exist."), 404
        try:
            session = links.open_session(call(), found, request.args.get("client_reference_id"))
        except ApiError as error:
            return _gone(str(error)), 410
        return redirect(f"/c/pay/{session['id']}", 303)

    @bp.get("/r/<name>")
    def recovery(name: str) -> object:
        expired = store.get(name, "checkout.session")
        after = ((expired or {}).get("after_expiration") or {}).get("recovery")
        if expired is None or not after or (after["expires_at"] or 0) < store.now():
            return _gone("This link has run out."), 410
        with store.lock:
            again = sessions.recover(call(), expired)
        return redirect(f"/c/pay/{again['id']}", 303)

    def _pay(now: Call, session: Json) -> object:
        form = request.form
        kind = form.get("method", "card")
        number = form.get("iban") if kind == "sepa_debit" else form.get("number")
        if kind == "customer_balance":
            number = "voucher"
        method = find_method(number or "4242424242424242" if session["amount_total"] == 0 else number,
                             session["currency"])  # fmt: skip
        if method.challenge and session["amount_total"]:
            with store.lock:
                sessions.check_open(session)
                session["customer_email"] = form.get("email") or session["customer_email"]
                intent = sessions.intent_of(now, session)
                url = f"{now.base}/3ds/{intent['id']}"
                payments.demand_challenge(now, intent, method, url, session["success_url"] or "")
            return redirect(f"/3ds/{intent['id']}", 303)
        return _finish(now, session, method.number, passed=True)

    def _finish(now: Call, session: Json, number: str, *, passed: bool) -> object:
        method = find_method(number, session["currency"])
        with store.lock:
            event = sessions.pay(
                now, session, method, email=request.form.get("email"), passed=passed
            )
            after_payment(now, session)
        # Checkout keeps the buyer up to ten seconds for the webhook's answer.
        world.delivery.wait_for(event, _WAIT_SECONDS)
        return _leave(session)

    return bp


def _leave(session: Json) -> object:
    url = session["success_url"]
    if not url:
        return _gone("Thank you. Your payment went through.", session)
    return redirect(url.replace(_PLACEHOLDER, session["id"]), 303)


def _intent_return(intent: Json) -> str:
    url = intent.get("_return_url") or "/"
    joint = "&" if "?" in url else "?"
    status = "succeeded" if intent["status"] in ("succeeded", "processing") else "failed"
    return (
        f"{url}{joint}payment_intent={intent['id']}"
        f"&payment_intent_client_secret={intent['client_secret']}&redirect_status={status}"
    )


def _why_closed(session: Json) -> str:
    if session["status"] == "complete":
        return "This payment is complete already. You have not been charged twice."
    return "This checkout page has expired. You have not been charged."


def _gone(message: str, session: Json | None = None) -> str:
    back = session["cancel_url"] if session else None
    return render_template("closed.html", message=message, back=back)


def _view(world: World, session: Json) -> Json:
    currency = session["currency"]
    items = world.line_items(session)["data"]
    totals = session["total_details"]
    return {
        "id": session["id"],
        "items": [
            {
                "name": item["description"],
                "quantity": item["quantity"],
                "amount": money.shown(item["amount_subtotal"], currency),
            }
            for item in items
        ],
        "subtotal": money.shown(session["amount_subtotal"], currency),
        "discount": totals["amount_discount"] and money.shown(totals["amount_discount"], currency),
        "total": money.shown(session["amount_total"], currency),
        "free": session["amount_total"] == 0,
        "email": session["customer_email"],
        "methods": session["payment_method_types"],
        "codes": session["allow_promotion_codes"],
        "back": session["cancel_url"],
    }
