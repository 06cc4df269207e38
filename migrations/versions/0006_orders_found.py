"""Orders found by number, e-mail and time"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHUNK = 5_000
_SELDOM = sa.text("customer_email IS NOT NULL")
_INDEXES = (("orders", "number"), ("orders", "updated_at"), ("fulfilments", "fulfilled_at"))


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("number", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    _number_all(op.get_bind())
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table in ("orders", "attempts"):
        op.create_index(
            f"ix_{table}_customer_email",
            table,
            ["customer_email"],
            sqlite_where=_SELDOM,
            postgresql_where=_SELDOM,
        )


def _number_all(connection: sa.Connection) -> None:
    last = ""
    while True:
        query = sa.text("SELECT id FROM orders WHERE id > :last ORDER BY id LIMIT :limit")
        found = connection.execute(query, {"last": last, "limit": _CHUNK}).scalars().all()
        if not found:
            return
        change = sa.text("UPDATE orders SET number = :number WHERE id = :id")
        connection.execute(change, [{"id": name, "number": _number(name)} for name in found])
        last = found[-1]


def _number(order_id: str) -> str:
    """Number an order as the release that brought numbers did."""
    drawn = int.from_bytes(hashlib.sha256(f"number|{order_id}".encode()).digest()[:5]) >> 5
    letters = "".join(_ALPHABET[drawn >> shift & 31] for shift in range(30, -1, -5))
    return f"{letters[:3]}-{letters[3:]}"


def downgrade() -> None:
    for table in ("attempts", "orders"):
        op.drop_index(f"ix_{table}_customer_email", table_name=table)
    for table, column in reversed(_INDEXES):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_column("orders", "number")
