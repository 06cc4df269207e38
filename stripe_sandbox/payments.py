"""What happens when somebody pays: an intent, a charge, and the events Stripe would send."""

from __future__ import annotations

from typing import Any

from . import account, balance, holds, saved_methods, setups, shapes, vouchers
from .declines import decline_message
from .errors import ApiError
from .method_details import details, paid_details
from .methods import METHODS, Method, check_allowed
from .store import Json, shown
from .world import Call

_AVAILABLE_AT_ONCE = ("4000000000000077", "4000003720000278")
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def attempt(
    call: Call,
    intent: Json,
    method: Method,
    *,
    email: str | None,
    passed: bool,
    kept: Json | None = None,
) -> None:
    """Try to pay an intent. `passed` says that a 3-D Secure challenge was met.

    `kept` is the payment method that is used, if there is one already.

    Raises ApiError 402 on a decline; the intent is open for another try then.
    """
    if intent["status"] not in _OPEN:
        raise ApiError(
            f"This PaymentIntent's status is {intent['status']}; it cannot be confirmed.",
            code="payment_intent_unexpected_state",
            payment_intent=shown(intent),
        )
    check_allowed(method.kind, intent)
    _forget_waiting(intent)
    paid_with = kept or _remember_method(call, intent, method, email)
    intent["payment_method"] = paid_with["id"]
    intent["_method"] = method.number
    intent["last_payment_error"] = None
    intent["next_action"] = None
    if method.challenge and not passed:
        _fail(call, intent, method, ("payment_intent_authentication_failure", None), charged=False)
    if method.decline:
        _fail(call, intent, method, method.decline, charged=True)
    if method.delayed:
        _begin_waiting(call, intent, method)
    else:
        charge = _charge(call, intent, method, "succeeded")
        if intent["capture_method"] == "manual":
            holds.begin(call, intent, charge)
        else:
            _succeed(call, intent, charge)
        if method.number in _AVAILABLE_AT_ONCE:
            call.emit("balance.available", account.balance(call))
    paid_with["_spent"] = True  # nobody's method pays once
    owner = intent["customer"] if intent["setup_future_usage"] else None
    setups.attach(call, paid_with, call.store.get(owner, "customer"))


def is_challenged(intent: Json) -> bool:
    """True if the buyer's bank is being asked."""
    action = intent["next_action"] or {}
    return intent["status"] == "requires_action" and action.get("type") == "redirect_to_url"


def demand_challenge(
    call: Call, intent: Json, method: Method, url: str, return_url: str, *, kept: Json | None = None
) -> None:
    """Stop for 3-D Secure: the buyer is sent to a page of the bank's."""
    check_allowed(method.kind, intent)
    _forget_waiting(intent)
    intent["payment_method"] = (kept or _remember_method(call, intent, method, None))["id"]
    intent["_method"] = method.number
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {"url": url, "return_url": return_url},
    }
    call.store.put(intent)
    call.emit("payment_intent.requires_action", intent)


def _remember_method(call: Call, intent: Json, method: Method, email: str | None) -> Json:
    saved = saved_methods.chosen(call, intent, method.number)
    if saved is not None:
        return saved
    shown_of_it = details(method) or vouchers.details_of(method.kind, intent)
    kept = shapes.payment_method(call.store, method.kind, shown_of_it, email)
    kept["_number"] = method.number
    return call.store.put(kept)


def _forget_waiting(intent: Json) -> None:
    """Drop what an earlier method was awaited for: another one is tried."""
    intent.pop("_fate", None)
    intent["_due"] = None


def _charge(call: Call, intent: Json, method: Method, status: str, **more: Any) -> Json:
    amount = intent["amount"]
    shown_of_it = paid_details(method, amount) or vouchers.paid_details(method.kind, intent)
    email = (call.store.get(intent["payment_method"]) or {}).get("billing_details", {}).get("email")
    shown_of_it |= _until(call, intent)
    charge = shapes.charge(
        call.store,
        amount=amount,
        amount_captured=amount if status == "succeeded" else 0,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        paid=status == "succeeded",
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details={"type": method.kind, method.kind: shown_of_it},
        receipt_email=intent["receipt_email"],
        status=status,
        **more,
    )
    charge["billing_details"] |= {**intent.get("_billing", {}), "email": email}
    charge["shipping"] = intent["shipping"]
    charge["presentment_details"] = intent["presentment_details"]
    if status == "succeeded":
        if intent["capture_method"] != "manual":
            charge["balance_transaction"] = balance.of_charge(call, charge, amount)
        charge["outcome"] = _outcome(
            network_status="approved_by_network",
            reason=None,
            seller_message="Payment complete.",
            type="authorized",
            risk_level=method.risk,
        )
        charge["receipt_url"] = f"{call.base}/receipts/{charge['id']}"
    charge["_method"] = method.number
    intent["latest_charge"] = charge["id"]
    return call.store.put(charge)


def _until(call: Call, intent: Json) -> Json:
    """Return until when the card is good that an intent is paid with, if it is a card."""
    card = (call.store.get(intent["payment_method"]) or {}).get("card") or {}
    return {name: card[name] for name in ("exp_month", "exp_year") if name in card}


_SCORES = {"normal": 12, "elevated": 65, "highest": 92}


def _refusal(method: Method, why: str) -> Json:
    if method.risk == "highest":
        return _outcome(
            network_status="not_sent_to_network",
            reason="highest_risk_level",
            seller_message="Stripe blocked this payment as too risky.",
            type="blocked",
            risk_level=method.risk,
        )
    return _outcome(
        network_status="declined_by_network",
        reason=why,
        seller_message="The bank did not return any further details with this decline.",
        type="issuer_declined",
        risk_level=method.risk,
    )


def _outcome(*, risk_level: str, **fields: str | None) -> Json:
    codes = shapes.nulls("advice_code", "network_advice_code", "network_decline_code", "rule")
    return {**codes, "risk_level": risk_level, "risk_score": _SCORES[risk_level], **fields}


def _fail(
    call: Call,
    intent: Json,
    method: Method,
    decline: tuple[str, str | None],
    *,
    charged: bool,
) -> None:
    code, why = decline
    message = decline_message(code, why)
    if charged:
        charge = _charge(
            call,
            intent,
            method,
            "failed",
            failure_code=code,
            failure_message=message,
        )
        charge["outcome"] = _refusal(method, why or code)
        call.emit("charge.failed", call.store.put(charge))
    refused = _payment_error(call, intent, code, why, message)
    _reopen(call, intent, refused)
    raise ApiError(
        message,
        status=402,
        kind="card_error",
        code=code,
        decline_code=why,
        charge=intent["latest_charge"] if charged else None,
        payment_intent=shown(intent),
    )


def _payment_error(call: Call, intent: Json, code: str, why: str | None, message: str) -> Json:
    method = call.store.get(intent["payment_method"])
    return {
        "advice_code": None,
        "charge": intent["latest_charge"],
        "code": code,
        "decline_code": why,
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
        "message": message,
        "payment_method": shown(method) if method else None,
        "type": "card_error" if (method or {}).get("type") == "card" else "invalid_request_error",
    }


def _reopen(call: Call, intent: Json, error: Json) -> None:
    """Take the intent back to where another method can be tried."""
    intent["last_payment_error"] = error
    intent["payment_method"] = None
    intent["next_action"] = None
    intent["processing"] = None
    intent["status"] = "requires_payment_method"
    call.store.put(intent)
    call.emit("payment_intent.payment_failed", intent)


def _begin_waiting(call: Call, intent: Json, method: Method) -> None:
    """Wait for a delayed method: the money is on its way, or the buyer has yet to send it."""
    intent["_fate"] = method.fate
    intent["_due"] = None if method.delay is None else call.store.now() + method.delay
    if vouchers.is_shown(method.kind):
        intent["_due"] = end = vouchers.end_of(method.kind, intent, call.store.now())
        intent["status"] = "requires_action"
        intent["next_action"] = vouchers.action(method.kind, intent, end, call.base)
        call.store.put(intent)
        call.emit("payment_intent.requires_action", intent)
        return
    charge = _charge(call, intent, method, "pending")
    intent["status"] = "processing"
    call.store.put(intent)
    call.emit("payment_intent.processing", intent)
    call.emit("charge.pending", charge)


def _succeed(call: Call, intent: Json, charge: Json) -> None:
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    intent["next_action"] = None
    intent["processing"] = None
    intent["_due"] = None
    call.store.put(intent)
    call.emit("charge.succeeded", charge)
    call.emit("payment_intent.succeeded", intent)


def is_waiting(intent: Json) -> bool:
    """True if a delayed payment is still on its way."""
    return intent["status"] == "processing" or (
        intent["status"] == "requires_action" and "_fate" in intent
    )


def settle(call: Call, intent: Json, outcome: str) -> None:
    """Let a delayed payment come in, or fail; its session hears of it."""
    if not is_waiting(intent):
        raise ApiError(f"{intent['id']} waits for nothing: it is {intent['status']}.")
    method = METHODS[intent["_method"]]
    _forget_waiting(intent)
    unpaid = vouchers.why_unpaid(method.kind)
    if outcome == "succeeded" and unpaid:
        _succeed(call, intent, _charge(call, intent, method, "succeeded"))
    elif outcome == "succeeded":
        charge = call.world.need(intent["latest_charge"], "charge")
        charge |= {"status": "succeeded", "paid": True, "amount_captured": charge["amount"]}
        charge["balance_transaction"] = balance.of_charge(call, charge, charge["amount"])
        _succeed(call, intent, call.store.put(charge))
    elif unpaid:
        code, message = unpaid
        _reopen(call, intent, _payment_error(call, intent, code, None, message))
    else:
        _bounce(call, intent, method.failure or "generic_decline")


def _bounce(call: Call, intent: Json, code: str) -> None:
    charge = call.world.need(intent["latest_charge"], "charge")
    message = "The debit was refused by the buyer's bank."
    charge |= {"status": "failed", "failure_code": code, "failure_message": message}
    call.emit("charge.failed", call.store.put(charge))
    _reopen(call, intent, _payment_error(call, intent, code, code, message))
