"""Disputes: opened by the buyer's bank, answered by the merchant, closed, and opened again.

An inquiry (`warning_...`) moves no money. A dispute takes its amount at once and gives it back
when it is won; a later turn of the bank's takes it again.
"""

from __future__ import annotations

from . import balance, radar, shapes
from .errors import ApiError, invalid, no_such
from .forms import boolean, metadata, table
from .methods import METHODS
from .store import Json, shown
from .world import Call

INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")
OPEN = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
CLOSED = ("won", "lost", "prevented", "warning_closed")
STATUSES = (*OPEN, *CLOSED)
REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)  # fmt: skip
# Where the money of a dispute is away from the merchant.
_WITHDRAWN = ("needs_response", "under_review", "lost")
_FILES = frozenset(
    ("cancellation_policy", "customer_communication", "customer_signature",
     "duplicate_charge_documentation", "receipt", "refund_policy", "service_documentation",
     "shipping_documentation", "uncategorized_file")
)  # fmt: skip
_SUBMITTED = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
_CASES = {"prevented": "block"} | dict.fromkeys(INQUIRIES, "inquiry")
# What Stripe's testing page has decide at once, as the evidence's `uncategorized_text`.
_DECIDES = {"winning_evidence": "won", "losing_evidence": "lost"}
_ESCALATES = "escalate_inquiry_evidence"
_FOR_A_WEEK = 7 * 86_400


def open_dispute(
    call: Call,
    intent: Json,
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    status: str | None = None,
    due_by: int = _FOR_A_WEEK,
) -> Json:
    """Dispute a paid intent, or a part of it. `due_by` in seconds from now. Raises ApiError."""
    charge = _disputable(call, intent)
    most = charge["amount_captured"]
    if amount is not None and not 0 < amount <= most:
        raise invalid("amount", f"amount is a number from 1 to {most}")
    inquiry = reason == "inquiry"
    natural = "warning_needs_response" if inquiry else "needs_response"
    thing = shapes.dispute(
        call.store,
        amount=most if amount is None else amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=intent["id"],
        reason="general" if inquiry else reason,
        status=_first(natural, status),
    )
    thing["evidence_details"]["due_by"] = call.store.now() + due_by
    thing["_at_hand"] = True  # the money is with the merchant
    _dress(thing, charge)
    call.store.put(thing)
    charge["disputed"] = True
    charge.setdefault("_disputes", []).append(thing["id"])
    call.store.put(charge)
    call.emit("charge.dispute.created", thing)
    radar.look_again(call, charge)
    _move_money(call, thing)
    if status in CLOSED and status != thing["status"]:
        close_dispute(call, thing, status)
    return thing


def _disputable(call: Call, intent: Json) -> Json:
    charge = call.store.get(intent["latest_charge"], "charge")
    if charge is None or charge["status"] != "succeeded" or not charge["captured"]:
        raise ApiError(f"{intent['id']} has no successful charge to dispute.")
    if any(one["status"] in OPEN for one in _of(call, charge)):
        raise ApiError(f"{charge['id']} has an open dispute already.")
    return charge


def _first(natural: str, status: str | None) -> str:
    """Return the status a dispute begins with: what is closed later begins as its kind does."""
    if status in (None, "won", "lost"):
        return natural
    return "warning_needs_response" if status == "warning_closed" else str(status)


def _of(call: Call, charge: Json) -> list[Json]:
    return [call.world.need(name, "dispute") for name in charge.get("_disputes", [])]


def _dress(dispute: Json, charge: Json) -> None:
    """Write what follows from a dispute's status."""
    dispute["is_charge_refundable"] = dispute["status"] in INQUIRIES
    method = METHODS[charge["_method"]]
    if method.kind == "card":
        dispute["payment_method_details"] = {
            "type": "card",
            "card": {
                "brand": method.brand,
                "case_type": _CASES.get(dispute["status"], "chargeback"),
                "network": method.brand,
                "network_reason_code": None,
            },
        }


def _move_money(call: Call, dispute: Json) -> None:
    away = dispute["status"] in _WITHDRAWN
    if away == (not dispute["_at_hand"]):
        return
    dispute["_at_hand"] = not away
    amount = -dispute["amount"] if away else dispute["amount"]
    booked = balance.book(call, "adjustment", dispute, amount, "Chargeback")
    seen = shown(call.world.need(booked, "balance_transaction"))
    dispute["balance_transactions"] = [*dispute["balance_transactions"], seen]
    call.store.put(dispute)
    what = "withdrawn" if away else "reinstated"
    call.emit(f"charge.dispute.funds_{what}", dispute)


def _become(call: Call, dispute: Json, status: str, kind: str) -> Json:
    before = {"status": dispute["status"]}
    dispute["status"] = status
    _dress(dispute, call.world.need(dispute["charge"], "charge"))
    call.emit(f"charge.dispute.{kind}", call.store.put(dispute), before)
    _move_money(call, dispute)
    return dispute


def move(call: Call, dispute: Json, status: str) -> Json:
    """Let the bank move a dispute anywhere, out of the closed states as well. Raises ApiError."""
    _refuse_same(dispute, status)
    return _become(call, dispute, status, "updated")


def close_dispute(call: Call, dispute: Json, status: str) -> Json:
    """Decide a dispute, also one that was decided otherwise before. Raises ApiError."""
    if dispute["status"] in INQUIRIES and status in ("won", "lost"):
        status = "warning_closed"  # an inquiry is neither: it ends, or it escalates first
    _refuse_same(dispute, status)
    return _become(call, dispute, status, "closed")


def _refuse_same(dispute: Json, status: str) -> None:
    if dispute["status"] == status:
        raise ApiError(f"{dispute['id']} is {status} already.")


def accept(call: Call, dispute: Json) -> Json:
    """Give a dispute up, as its merchant may while it is open. Raises ApiError."""
    _refuse_closed(dispute)
    return close_dispute(call, dispute, "lost")


def _refuse_closed(dispute: Json) -> None:
    if dispute["status"] in CLOSED:
        raise ApiError(f"This dispute is already closed: it is {dispute['status']}.")


def update(call: Call, dispute: Json) -> Json:
    """Take evidence, staged or submitted (the default) to the bank. Raises ApiError."""
    params, before = call.params, shown(dispute)
    evidence = table(params, "evidence")
    for name in _FILES & evidence.keys():  # there are no files here, so it is none
        raise no_such("file upload", str(evidence[name]), param=f"evidence[{name}]")
    submit = boolean(params, "submit") is not False and bool(evidence)
    submit = submit or boolean(params, "submit") is True
    if evidence or submit or "intended_submission_method" in params:
        _refuse_closed(dispute)
    dispute["evidence"] = dispute["evidence"] | evidence
    dispute["metadata"] = metadata(params, dispute["metadata"])
    details = dispute["evidence_details"]
    details["has_evidence"] = details["has_evidence"] or bool(evidence)
    if "intended_submission_method" in params:
        dispute["intended_submission_method"] = params["intended_submission_method"]
    if submit:
        details["submission_count"] += 1
        details["submission_method"] = "manual"
        details["past_due"] = call.store.now() > details["due_by"]
        dispute["status"] = _SUBMITTED.get(dispute["status"], dispute["status"])
    _dress(dispute, call.world.need(dispute["charge"], "charge"))
    call.emit_changes("charge.dispute.updated", dispute, before)
    call.store.put(dispute)
    return _decided(call, dispute) if submit else dispute


def _decided(call: Call, dispute: Json) -> Json:
    """Let the bank decide at once by a text of Stripe's testing page."""
    told = dispute["evidence"]["uncategorized_text"]
    if told in _DECIDES:
        return close_dispute(call, dispute, _DECIDES[told])
    if told == _ESCALATES and dispute["status"] in INQUIRIES:
        return _become(call, dispute, "needs_response", "updated")
    return dispute


def refuse_refund(call: Call, charge: Json) -> None:
    """Refuse to refund while the bank has the money, or has given it back. Raises ApiError."""
    if any(one["status"] in _WITHDRAWN for one in _of(call, charge)):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            param="charge",
        )
