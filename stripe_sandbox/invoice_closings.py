"""How an invoice ends without Stripe's collecting it: void, given up, or paid elsewhere."""

from __future__ import annotations

from . import credit, invoices
from .errors import ApiError
from .store import Json
from .world import Call

_VOIDABLE = ("open", "uncollectible")


def void(call: Call, invoice: Json) -> Json:
    """Take back what was owed; the number stays used. Raises ApiError."""
    _refuse_unless(invoice, _VOIDABLE)
    let_go(call, invoice, "void_invoice")
    credit.give_back(call, invoice)
    return _close(call, invoice, "void", "voided")


def give_up(call: Call, invoice: Json) -> Json:
    """Expect no more money; what comes all the same still counts. Raises ApiError."""
    _refuse_unless(invoice, ("open",))
    return _close(call, invoice, "uncollectible", "marked_uncollectible")


def paid_elsewhere(call: Call, invoice: Json) -> Json:
    """Note that an invoice was paid out of band. Raises ApiError."""
    invoices.refuse_unless_owed(invoice)
    let_go(call, invoice, "automatic")
    invoice["amount_paid_off_stripe"] = invoice["amount_due"]
    invoices.pay(call, invoice)
    return invoice


def is_on_its_way(call: Call, invoice: Json) -> bool:
    """True if a delayed payment of an invoice has begun."""
    intent = call.store.get(invoice.get("_intent"), "payment_intent") or {}
    return bool(intent.get("status") == "processing")


def let_go(call: Call, invoice: Json, reason: str) -> None:
    """Cancel what was to pay an invoice. Raises ApiError while money is on its way."""
    if is_on_its_way(call, invoice):
        raise ApiError("The payment of this invoice is being processed; wait until it is decided.")
    now = call.store.now()
    payment = call.store.get(invoice.get("_payment"), "invoice_payment")
    if payment is not None:
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = now
        call.store.put(payment)
    intent = call.store.get(invoice.pop("_intent", None), "payment_intent")
    invoice.pop("_payment", None)
    if intent is not None and intent["status"] != "canceled":
        intent |= {"status": "canceled", "canceled_at": now, "cancellation_reason": reason}
        intent |= {"next_action": None, "_due": None}
        call.emit("payment_intent.canceled", call.store.put(intent))


def _refuse_unless(invoice: Json, statuses: tuple[str, ...]) -> None:
    if invoice["status"] not in statuses:
        raise ApiError(
            f"You can only pass in open invoices. This invoice isn't open: it is "
            f"{invoice['status']}."
        )


def _close(call: Call, invoice: Json, status: str, told: str) -> Json:
    invoice |= {"next_payment_attempt": None, "status": status}
    invoice["status_transitions"][f"{told}_at"] = call.store.now()
    call.emit(f"invoice.{told}", call.store.put(invoice))
    return invoice
