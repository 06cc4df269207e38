"""Refunds: money on its way back, what becomes of it, and what the charge shows of it."""

from __future__ import annotations

from . import balance, disputes, radar, shapes
from .errors import ApiError, invalid, missing
from .forms import integer, metadata, text
from .methods import METHODS, Method
from .store import Json, shown
from .world import Call

GONE = frozenset(("failed", "canceled"))
BEGINNINGS = ("succeeded", "pending", "requires_action")
_REPORTS_AFTER = 180  # seconds, for the test cards whose refunds change by themselves
_DAYS_TO_ANSWER = 45
# Their buyers must say where the money is to go.
_WITHOUT_A_WAY_BACK = frozenset(("boleto", "konbini", "oxxo"))


def create_refund(call: Call) -> Json:
    """Give money back, as the API asks. Raises ApiError."""
    params = call.params
    charge = _charge(call)
    disputes.refuse_refund(call, charge)
    intent = call.store.get(charge["payment_intent"], "payment_intent") or {}
    given = intent.get("_refunds_begin")
    return make(
        call,
        charge,
        amount=check_amount(charge, integer(params, "amount")),
        status=given or _beginning(METHODS[charge["_method"]]),
        by_itself=given is None,
        reason=params.get("reason"),
        metadata=metadata(params),
        instructions_email=text(params, "instructions_email"),
    )


def _beginning(method: Method) -> str:
    if method.kind in _WITHOUT_A_WAY_BACK:
        return "requires_action"
    return "pending" if method.refund == "pending" else "succeeded"


def make(
    call: Call, charge: Json, *, amount: int, status: str, by_itself: bool, **fields: object
) -> Json:
    """Make a refund and tell of it; a pending one counts on its charge from now on.

    `by_itself` lets the refunds of the test cards change as those cards do.
    """
    method = METHODS[charge["_method"]]
    thing = shapes.refund(
        call.store,
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        status=status,
        destination_details=_destination(method),
        pending_reason="processing" if status == "pending" else None,
        **fields,
    )
    if status == "requires_action":
        _ask_the_buyer(call, thing, charge)
    else:
        thing["balance_transaction"] = _book(call, thing)
    call.store.put(thing)
    before = {"amount_refunded": charge["amount_refunded"]}
    belong(call, thing, charge)
    call.emit("refund.created", thing)
    call.emit("charge.refunded", charge, before)
    radar.look_again(call, charge)
    if by_itself:
        _set_fate(call, thing, method)
    return call.store.put(thing)


def _book(call: Call, refund: Json, *, back: bool = False) -> str:
    """Book a refund, or that its money is back."""
    amount = refund["amount"] if back else -refund["amount"]
    kind = "refund_failure" if back else "refund"
    return balance.book(call, kind, refund, amount, "REFUND FOR CHARGE")


def _set_fate(call: Call, refund: Json, method: Method) -> None:
    """Let the refunds of two test cards change by themselves."""
    ends = {("pending", "pending"): "succeeded", ("failed", "succeeded"): "failed"}
    end = ends.get((method.refund, refund["status"]))
    if end:
        refund["_due"], refund["_fate"] = call.store.now() + _REPORTS_AFTER, end


def _ask_the_buyer(call: Call, refund: Json, charge: Json) -> None:
    email = refund["instructions_email"] or charge["billing_details"]["email"]
    if not email:
        raise missing("instructions_email")
    now = call.store.now()
    refund["instructions_email"] = email
    refund["next_action"] = {
        "type": "display_details",
        "display_details": {
            "email_sent": {"email_sent_at": now, "email_sent_to": email},
            "expires_at": now + _DAYS_TO_ANSWER * 86_400,
        },
    }


def belong(call: Call, refund: Json, charge: Json) -> None:
    """Note a refund with its charge, and count it there."""
    charge.setdefault("_refunds", []).append(refund["id"])
    recount(call, charge)


def check_amount(charge: Json, amount: int | None) -> int:
    """Return what is to be refunded: by default all that is left. Raises ApiError."""
    left: int = charge["amount"] - charge["amount_refunded"]
    if left <= 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if amount is None else amount
    if amount < 1:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise ApiError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    return amount


def _destination(method: Method) -> Json:
    if method.kind != "card":
        return {"type": method.kind}
    reference = {"reference": None, "reference_status": "pending", "reference_type": None}
    return {"type": "card", "card": {"type": "refund", **reference}}


def _charge(call: Call) -> Json:
    params = call.params
    if "charge" in params:
        charge = call.world.need(params["charge"], "charge", param="charge")
        if params.get("payment_intent", charge["payment_intent"]) != charge["payment_intent"]:
            raise invalid("payment_intent", "The charge is not one of this PaymentIntent's.")
    elif "payment_intent" in params:
        intent = call.world.need(params["payment_intent"], "payment_intent", param="payment_intent")
        charge = charge_of(call, intent)
    else:
        raise missing("payment_intent")
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} has not succeeded.")
    if not charge["captured"] and not charge["refunded"]:
        raise ApiError(
            "This uncaptured Charge was created by a PaymentIntent "
            f"({charge['payment_intent']}). You must cancel the PaymentIntent to reverse the "
            "authorization instead of refunding the Charge directly."
        )
    return charge


def charge_of(call: Call, intent: Json) -> Json:
    """Return the charge that paid an intent. Raises ApiError."""
    found = call.store.get(intent["latest_charge"], "charge")
    if found is None or found["status"] != "succeeded":
        raise ApiError(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
        )
    return found


def recount(call: Call, charge: Json) -> Json:
    """Let the charge show what its refunds add up to."""
    refunds = [call.world.need(name, "refund") for name in charge.get("_refunds", [])]
    gone = sum(refund["amount"] for refund in refunds if refund["status"] not in GONE)
    charge |= {"amount_refunded": gone, "refunded": gone >= charge["amount"]}
    return call.store.put(charge)


def update(call: Call, refund: Json) -> Json:
    """Change the metadata, all that can be changed, and tell of it."""
    before = refund["metadata"]
    refund["metadata"] = after = metadata(call.params, before)
    changed = {key: before.get(key) for key in before | after if before.get(key) != after.get(key)}
    if changed:
        _tell(call, refund, "refund.updated", {"metadata": changed})
    return call.store.put(refund)


def note(call: Call, charge: Json) -> Json:
    """Change what is noted of a charge, and tell of it. Raises ApiError."""
    params, before = call.params, shown(charge)
    for name in ("description", "receipt_email"):
        if name in params:
            charge[name] = text(params, name)
    charge["metadata"] = metadata(params, charge["metadata"])
    call.emit_changes("charge.updated", charge, before)
    return call.store.put(charge)


def cancel(call: Call, refund: Json) -> Json:
    """Call a refund off while its buyer has not yet said where to. Raises ApiError."""
    if refund["status"] != "requires_action":
        raise ApiError(
            f"Refund {refund['id']} has a status of {refund['status']}; only refunds with a "
            "status of requires_action can be canceled.",
        )
    return finish_refund(call, refund, "canceled")


def settle(call: Call, refund: Json, status: str) -> Json:
    """Let a refund that was on its way arrive or fail. Raises ApiError."""
    if refund["status"] not in ("pending", "requires_action"):
        raise invalid("status", f"{refund['id']} is {refund['status']} already.")
    return finish_refund(call, refund, status)


def finish_refund(call: Call, refund: Json, status: str) -> Json:
    """Let a refund arrive, or bounce: then the money is back with the merchant."""
    if refund["status"] in GONE:
        raise ApiError(f"{refund['id']} is {refund['status']} already.")
    before = {"status": refund["status"]}
    refund |= {"status": status, "_due": None, "next_action": None, "pending_reason": None}
    if status == "failed":
        refund |= {
            "failure_reason": "expired_or_canceled_card",
            "failure_balance_transaction": _book(call, refund, back=True),
        }
    elif refund["balance_transaction"] is None and status == "succeeded":
        refund["balance_transaction"] = _book(call, refund)
    call.store.put(refund)
    recount(call, call.world.need(refund["charge"], "charge"))
    _tell(call, refund, "refund.failed" if status == "failed" else "refund.updated", before)
    return refund


def _tell(call: Call, refund: Json, kind: str, before: Json) -> None:
    call.emit(kind, refund, before if kind == "refund.updated" else None)
    call.emit("charge.refund.updated", shown(refund), before)


def maybe_dispute(call: Call, intent: Json) -> None:
    """Let a card of trouble make its trouble over what it has just paid."""
    method = METHODS.get(intent.get("_method", ""))
    if method is None or intent["status"] != "succeeded":
        return
    if method.warns:
        radar.warn(call, intent, "misc")
    if method.dispute:
        disputes.open_dispute(call, intent, reason=method.dispute)
