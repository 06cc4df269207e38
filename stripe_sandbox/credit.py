"""A customer's balance: what an invoice gave back is taken off the next ones."""

from __future__ import annotations

from .store import Json
from .world import Call


def balances(invoice: Json, customer: Json) -> Json:
    """Return what is due of an invoice after its customer's balance, below zero a credit."""
    before, total = customer["balance"], invoice["total"]
    used = total if total < 0 else min(total, max(0, -before))
    due = max(0, total) - max(0, used)
    return {
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": before,
        "ending_balance": before + used,
    }


def take(call: Call, invoice: Json, customer: Json) -> None:
    """Take a final invoice off its customer's balance, or add what it gives back."""
    before = customer["balance"]
    invoice |= balances(invoice, customer)
    if invoice["ending_balance"] != before:
        customer["balance"] = invoice["ending_balance"]
        call.emit("customer.updated", call.store.put(customer), {"balance": before})
