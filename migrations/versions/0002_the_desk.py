"""The desk: sessions, guesses, audit, figures; indexes for what a person looks for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SELDOM = {
    "ix_orders_held": ("orders", ["created_at", "id"], "holds <> ''"),
    "ix_inbox_events_troubled": (
        "inbox_events",
        ["received_at", "id"],
        "state IN ('waiting', 'failed', 'quarantined')",
    ),
    "ix_outbox_messages_undelivered": (
        "outbox_messages",
        ["created_at", "id"],
        "state <> 'delivered'",
    ),
}


def upgrade() -> None:
    op.create_table(
        "admin_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_sessions")),
    )
    op.create_table(
        "admin_guesses",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_admin_guesses")),
    )
    op.create_table(
        "admin_audit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('started', 'done', 'refused', 'unknown')",
            name=op.f("ck_admin_audit_outcome_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_audit")),
        sa.UniqueConstraint("nonce", name=op.f("uq_admin_audit_nonce")),
    )
    op.create_index("ix_admin_audit_at_id", "admin_audit", ["at", "id"])
    op.create_index("ix_admin_audit_order_id", "admin_audit", ["order_id"])
    op.create_table(
        "figures",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fresh_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figures")),
    )
    op.create_index("ix_refunds_created_at", "refunds", ["created_at"])
    for name, (table, columns, condition) in _SELDOM.items():
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, (table, _columns, _condition) in _SELDOM.items():
        op.drop_index(name, table_name=table)
    op.drop_index("ix_refunds_created_at", table_name="refunds")
    for table in ("figures", "admin_audit", "admin_guesses", "admin_sessions"):
        op.drop_table(table)
