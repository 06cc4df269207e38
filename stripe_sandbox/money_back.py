"""Refunds and disputes: money on its way back, and what the charge shows of it."""

from __future__ import annotations

from . import shapes
from .errors import ApiError, missing
from .forms import integer, metadata
from .methods import METHODS, Method
from .store import Json, new_id
from .world import Call

_GONE = frozenset(("failed", "canceled"))


def create_refund(call: Call) -> Json:
    params = call.params
    charge = _charge(call)
    amount = _amount(params, charge)
    method = METHODS[charge["_method"]]
    pending = method.refund == "pending"
    thing = shapes.refund(
        call.store,
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        metadata=metadata(params),
        status="pending" if pending else "succeeded",
        balance_transaction=new_id("txn"),
        destination_details=_destination(method),
    )
    call.store.put(thing)
    charge.setdefault("_refunds", []).append(thing["id"])
    recount(call, charge)
    call.emit("refund.created", thing)
    call.emit("charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    if pending:
        thing["_due"], thing["_fate"] = call.store.now() + 180, "succeeded"
    elif method.refund == "failed":
        thing["_due"], thing["_fate"] = call.store.now() + 180, "failed"
    return call.store.put(thing)


def _amount(params: Json, charge: Json) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if left <= 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = integer(params, "amount", default=left) or 0
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
    elif "payment_intent" in params:
        intent = call.world.need(params["payment_intent"], "payment_intent", param="payment_intent")
        found = call.store.get(intent["latest_charge"], "charge")
        if found is None or found["status"] != "succeeded":
            raise ApiError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
            )
        charge = found
    else:
        raise missing("payment_intent")
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} has not succeeded.")
    return charge


def recount(call: Call, charge: Json) -> Json:
    """Let the charge show what its refunds add up to."""
    refunds = [call.world.need(name, "refund") for name in charge.get("_refunds", [])]
    gone = sum(refund["amount"] for refund in refunds if refund["status"] not in _GONE)
    gone += charge["amount"] - charge["amount_captured"]  # never taken from the card
    charge |= {"amount_refunded": gone, "refunded": gone >= charge["amount"]}
    return call.store.put(charge)


def finish_refund(call: Call, refund: Json, status: str) -> Json:
    """Let a refund arrive, or bounce: then the money is back with the merchant."""
    if refund["status"] in _GONE:
        raise ApiError(f"{refund['id']} is {refund['status']} already.")
    refund |= {"status": status, "_due": None}
    charge = call.world.need(refund["charge"], "charge")
    if status == "failed":
        refund |= {
            "failure_reason": "expired_or_canceled_card",
            "failure_balance_transaction": new_id("txn"),
        }
        call.store.put(refund)
        recount(call, charge)
        call.emit("refund.failed", refund)
    else:
        call.store.put(refund)
        call.emit("refund.updated", refund)
    call.emit("charge.refund.updated", refund)
    return refund


def open_dispute(call: Call, intent: Json, reason: str) -> Json:
    """Let the buyer's bank dispute a paid intent; an inquiry moves no money."""
    charge = call.store.get(intent["latest_charge"], "charge")
    if charge is None or charge["status"] != "succeeded":
        raise ApiError(f"{intent['id']} has no successful charge to dispute.")
    inquiry = reason == "inquiry"
    thing = shapes.dispute(
        call.store,
        amount=charge["amount"],
        charge=charge["id"],
        currency=charge["currency"],
        is_charge_refundable=inquiry,
        payment_intent=intent["id"],
        reason="general" if inquiry else reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    call.store.put(thing)
    charge["disputed"] = True
    call.store.put(charge)
    call.emit("charge.dispute.created", thing)
    if not inquiry:
        call.emit("charge.dispute.funds_withdrawn", thing)
    return thing


def close_dispute(call: Call, dispute: Json, status: str) -> Json:
    if dispute["status"] in ("won", "lost", "warning_closed"):
        raise ApiError(f"{dispute['id']} is {dispute['status']} already.")
    dispute["status"] = "warning_closed" if dispute["status"].startswith("warning") else status
    call.store.put(dispute)
    call.emit("charge.dispute.closed", dispute)
    if dispute["status"] == "won":
        call.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def maybe_dispute(call: Call, intent: Json) -> None:
    """Let a card of trouble dispute what it has just paid."""
    method = METHODS.get(intent.get("_method", ""))
    if method and method.dispute and intent["status"] == "succeeded":
        open_dispute(call, intent, method.dispute)
