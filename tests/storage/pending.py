"""A pending order as a create writes it down."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from checkout_service.domain.order.line import Line
from checkout_service.storage.ledger import new_orders

NOW = 1_800_000_000_000
ORDER = "ord_" + "a" * 24


def write_order(connection: Connection, *, nonce: str = "nonce", order_id: str = ORDER) -> bool:
    line = Line("poster-usd", "Poster", "", 1, 2500, "usd")
    return new_orders.insert_order(
        connection,
        an_order(order_id, nonce=nonce),
        [line],
        an_attempt(f"att_of_{order_id}", 1, order_id),
    )


def an_order(order_id: str, *, nonce: str) -> dict[str, Any]:
    return {
        "id": order_id,
        "nonce": nonce,
        "flow": "checkout_session",
        "status": "pending",
        "amount_total": 2500,
        "currency": "usd",
        "livemode": False,
        "mode": "payment",
        "created_at": NOW,
        "updated_at": NOW,
        "look_due_at": NOW,
    }


def an_attempt(name: str, seq: int, order_id: str = ORDER) -> dict[str, Any]:
    return {
        "id": name,
        "order_id": order_id,
        "seq": seq,
        "kind": "checkout_session",
        "state": "draft",
        "idempotency_key": name,
        "created_at": NOW,
    }
