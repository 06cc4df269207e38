"""Facts with the time they were observed; wishes counted; writes of money, and what failed, kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UNCLAIMED = sa.text("state IN ('ignored', 'waiting') AND intent_id IS NOT NULL")
_FAILING = sa.text("state = 'due' AND last_error IS NOT NULL")
_QUARANTINED = sa.text("quarantined_at IS NOT NULL")
_UNFINISHED = sa.text("state IN ('asked', 'quarantined')")


def _number(name: str, kind: type[sa.types.TypeEngine[int]] = sa.Integer) -> sa.Column[int]:
    return sa.Column(name, kind(), nullable=False, server_default=sa.text("0"))


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))


def _add(table: str, *columns: sa.Column[object]) -> None:
    for column in columns:
        op.add_column(table, column)


def _partial(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _add(
        "orders",
        _number("amount_charged_back", sa.BigInteger),
        _number("look_wishes"),
        _number("look_failures"),
        sa.Column("look_error", sa.Text()),
        sa.Column("quarantined_at", sa.BigInteger()),
        _number("reads"),
        _number("reads_window"),
    )
    _partial("ix_orders_quarantined", "orders", ["quarantined_at"], _QUARANTINED)
    _add("attempts", _flag("guessed"), _number("seen_at", sa.BigInteger), _flag("seen_by_event"))
    for table in ("refunds", "disputes"):
        _add(table, _number("seen_at", sa.BigInteger), _flag("seen_by_event"))
    _add("refunds", sa.Column("request_id", sa.Text()))
    _add(
        "holds",
        _word("expected"),
        _word("seen"),
        sa.Column("seen_at", sa.BigInteger()),
        sa.Column("source", sa.Text()),
        sa.Column("event_id", sa.Text()),
    )
    # What is known already counts as observed when its order last changed.
    for table in ("attempts", "refunds", "disputes"):
        op.execute(
            f"UPDATE {table} SET seen_at = "  # noqa: S608 - the names above
            f"(SELECT updated_at FROM orders WHERE orders.id = {table}.order_id)"
        )
    op.execute(
        "UPDATE orders SET amount_charged_back = amount_paid WHERE status = 'charged_back'"
    )
    _make_money_writes()
    op.create_table(
        "link_leftovers",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_link_leftovers")),
    )
    op.drop_index("ix_inbox_events_unclaimed_intent", "inbox_events")
    _partial("ix_inbox_events_unclaimed_intent", "inbox_events", ["intent_id"], _UNCLAIMED)
    _partial("ix_outbox_messages_failing", "outbox_messages", ["id"], _FAILING)


def _make_money_writes() -> None:
    op.create_table(
        "money_writes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("result_id", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('refund', 'expire', 'cancel', 'capture', 'void')",
            name=op.f("ck_money_writes_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'refused', 'quarantined')",
            name=op.f("ck_money_writes_state_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_money_writes_amount")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_money_writes_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_writes")),
        sa.UniqueConstraint("nonce", name=op.f("uq_money_writes_nonce")),
    )
    op.create_index(op.f("ix_money_writes_order_id"), "money_writes", ["order_id"])
    op.create_index("ix_money_writes_subject", "money_writes", ["subject"])
    _partial("ix_money_writes_unfinished", "money_writes", ["next_at"], _UNFINISHED)
    # An unfinished one of the first edition may have been asked any time since it was written.
    op.execute(
        "INSERT INTO money_writes (id, kind, nonce, order_id, subject, amount, details, state, key,"
        " key_at, asked_at, result_id, last_error, tries, next_at, created_at)"
        " SELECT id, 'refund', nonce, order_id, intent_id, amount, '{}',"
        " CASE WHEN refund_id IS NOT NULL THEN 'done' WHEN refused IS NOT NULL THEN 'refused'"
        " ELSE 'asked' END, id, created_at, created_at, refund_id, refused,"
        " CASE WHEN refund_id IS NULL AND refused IS NULL THEN 1 ELSE 0 END,"
        " CASE WHEN refund_id IS NULL AND refused IS NULL THEN created_at END, created_at"
        " FROM refund_requests"
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_messages_failing", "outbox_messages")
    op.drop_index("ix_inbox_events_unclaimed_intent", "inbox_events")
    _partial(
        "ix_inbox_events_unclaimed_intent",
        "inbox_events",
        ["intent_id"],
        sa.text("state = 'ignored' AND intent_id IS NOT NULL"),
    )
    op.drop_table("link_leftovers")
    op.drop_table("money_writes")
    for name in ("event_id", "source", "seen_at", "seen", "expected"):
        op.drop_column("holds", name)
    op.drop_column("refunds", "request_id")
    for table in ("disputes", "refunds", "attempts"):
        op.drop_column(table, "seen_by_event")
        op.drop_column(table, "seen_at")
    op.drop_column("attempts", "guessed")
    op.drop_index("ix_orders_quarantined", "orders")
    for name in (
        "reads_window",
        "reads",
        "quarantined_at",
        "look_error",
        "look_failures",
        "look_wishes",
        "amount_charged_back",
    ):
        op.drop_column("orders", name)
