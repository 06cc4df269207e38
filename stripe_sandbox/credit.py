"""A customer's balance: what an invoice gave back is taken off the next ones."""

from __future__ import annotations

from .money import least
from .store import Json
from .world import Call


def balances(invoice: Json, customer: Json) -> Json:
    """Return what is due of an invoice with its customer's balance, below zero a credit.

    What is too little to be charged waits in the balance for the next invoice.
    """
    before, total = customer["balance"], invoice["total"]
    owed = total + before
    due = owed if total > 0 and owed >= least(invoice["currency"]) else 0
    return {
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": before,
        "ending_balance": owed - due,
    }


def give_back(call: Call, invoice: Json) -> None:
    """Return to a customer's balance what an invoice took of it."""
    used = invoice["ending_balance"] - invoice["starting_balance"]
    customer = call.store.get(invoice["customer"], "customer")
    if used and customer is not None:
        before = customer["balance"]
        customer["balance"] = before - used
        call.emit("customer.updated", call.store.put(customer), {"balance": before})


def take(call: Call, invoice: Json, customer: Json) -> None:
    """Take a final invoice off its customer's balance, or add what it gives back."""
    before = customer["balance"]
    invoice |= balances(invoice, customer)
    if invoice["ending_balance"] != before:
        customer["balance"] = invoice["ending_balance"]
        call.emit("customer.updated", call.store.put(customer), {"balance": before})
