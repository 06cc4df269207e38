"""Find orders by what no index knows: a part of a name, a customer's id, among the newest orders.

A shop's people look for what came lately; a bound keeps the page as quick with a million orders.
"""

from __future__ import annotations

import json
import re

from sqlalchemy import Connection, Select, select

from checkout_service.storage.said import said
from checkout_service.storage.tables import attempts, disputes, fraud_warnings, orders, refunds

NEWEST = 10_000
_o, _a = orders.c, attempts.c
_PLAIN = re.compile(r"[a-z0-9 ]+", re.ASCII | re.IGNORECASE)


def by_name(connection: Connection, words: str) -> list[str]:
    """Name the orders whose buyer, or whose receiver, is called so; a part of a name is enough."""
    wanted = words.casefold()
    return [order_id for order_id, buyer in _buyers(connection, words) if wanted in _names(buyer)]


def by_object(connection: Connection, stripe_id: str) -> list[str]:
    """Name the orders whose customer, invoice or way to pay at Stripe has this id."""
    quoted = json.dumps(stripe_id)
    return [order_id for order_id, buyer in _buyers(connection, stripe_id) if quoted in buyer]


def by_charge(connection: Connection, charge_id: str) -> list[str]:
    """Name the orders of which money went, or may go, back from this charge: others name none."""
    found: list[str] = []
    for table in (refunds, disputes, fraud_warnings):
        column = table.c
        mine = column.order_id.in_(_newest()) & (column.charge_id == charge_id)
        found += connection.execute(select(column.order_id).where(mine)).scalars()
    return found


def _newest() -> Select[tuple[str]]:
    newest = select(_o.id).order_by(_o.created_at.desc(), _o.id.desc())
    return newest.limit(said(NEWEST))


def _buyers(connection: Connection, words: str) -> list[tuple[str, str]]:
    """Read what buyers told Stripe, where the longest plain part of the words is in it."""
    asked = select(_a.order_id, _a.buyer).where(_a.order_id.in_(_newest()), _a.buyer.is_not(None))
    plain = max(_PLAIN.findall(words), key=len, default="")
    if plain:
        asked = asked.where(_a.buyer.icontains(plain, autoescape=True))
    return [(order_id, buyer) for order_id, buyer in connection.execute(asked)]


def _names(buyer: str) -> str:
    known = json.loads(buyer)
    parts = ((known.get(part) or {}).get("name") for part in ("customer", "shipping"))
    return "\n".join(name for name in parts if name).casefold()
