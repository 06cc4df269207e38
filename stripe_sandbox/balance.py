"""The account's balance: every movement of money is a transaction. The sandbox takes no fees."""

from __future__ import annotations

from .store import Json, new_id
from .world import Call

# https://docs.stripe.com/reports/balance-transaction-types
_CATEGORIES = {"payment": "charge", "adjustment": "dispute", "payment_refund": "refund"}


def book(call: Call, kind: str, source: Json, amount: int, description: str | None = None) -> str:
    """Write a movement down and return its id; `amount` below zero leaves the balance."""
    now = call.store.now()
    thing = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": _category(kind, amount),
        "source": source["id"],
        "status": "available",
        "type": kind,
    }
    return str(call.store.put(thing)["id"])


def _category(kind: str, amount: int) -> str:
    won = kind == "adjustment" and amount > 0
    return "dispute_reversal" if won else _CATEGORIES.get(kind, kind)


def of_charge(call: Call, charge: Json, amount: int) -> str:
    """Book what a charge brings in."""
    return book(call, "charge", charge, amount, charge["description"])
