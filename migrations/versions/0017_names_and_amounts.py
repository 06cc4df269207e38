"""Orders found by a buyer's name, and by an amount"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CHUNK = 5_000
_LONGEST = 100
_NAMES = ("buyer_name", "buyer_surname")
_OTHERWISE_PAID = sa.text("amount_paid > 0 AND amount_paid <> amount_total")


def upgrade() -> None:
    for column in _NAMES:
        op.add_column("attempts", sa.Column(column, sa.Text()))
    _name_all(op.get_bind())
    for column in _NAMES:
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_attempts_{column}",
            "attempts",
            [column, "created_at", "order_id"],
            sqlite_where=known,
            postgresql_where=known,
            postgresql_ops={column: "text_pattern_ops"},
        )
    op.create_index("ix_orders_amount_total", "orders", ["amount_total", "created_at", "id"])
    op.create_index(
        "ix_orders_amount_paid",
        "orders",
        ["amount_paid", "created_at", "id"],
        sqlite_where=_OTHERWISE_PAID,
        postgresql_where=_OTHERWISE_PAID,
    )


def _name_all(connection: sa.Connection) -> None:
    last = ""
    asked = sa.text(
        "SELECT id, buyer FROM attempts WHERE id > :last AND buyer IS NOT NULL"
        " ORDER BY id LIMIT :limit"
    )
    change = sa.text(
        "UPDATE attempts SET buyer_name = :name, buyer_surname = :surname WHERE id = :id"
    )
    while True:
        found = connection.execute(asked, {"last": last, "limit": _CHUNK}).all()
        if not found:
            return
        named = [
            {"id": attempt_id, "name": name, "surname": _turned(name)}
            for attempt_id, buyer in found
            if (name := _name(buyer))
        ]
        if named:
            connection.execute(change, named)
        last = found[-1][0]


def _name(buyer: str) -> str:
    """Write a name as the release that brought this column did."""
    known = json.loads(buyer)
    people = ((known.get(part) or {}).get("name") or "" for part in ("customer", "shipping"))
    return next((key for name in people if (key := _key(name))), "")


def _key(name: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in name.replace(",", " "))
    return " ".join(plain.casefold().split())[:_LONGEST].strip()


def _turned(name: str) -> str:
    rest, _, last = name.rpartition(" ")
    return f"{last} {rest}".strip()


def downgrade() -> None:
    for name in ("amount_paid", "amount_total"):
        op.drop_index(f"ix_orders_{name}", table_name="orders")
    for column in reversed(_NAMES):
        op.drop_index(f"ix_attempts_{column}", table_name="attempts")
        op.drop_column("attempts", column)
