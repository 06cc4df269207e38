"""Disputes by when their answer is due, what a card's bank warns of, renewals that went back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UNANSWERED = sa.text(
    "status IN ('appeal_needs_response', 'needs_response', 'warning_needs_response')"
)


def upgrade() -> None:
    op.create_index(
        "ix_disputes_unanswered",
        "disputes",
        ["evidence_due_at"],
        sqlite_where=_UNANSWERED,
        postgresql_where=_UNANSWERED,
    )
    op.create_table(
        "fraud_warnings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Text()),
        sa.Column("charge_id", sa.Text()),
        sa.Column("fraud_type", sa.Text(), nullable=False),
        sa.Column("actionable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_by_event", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_fraud_warnings_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fraud_warnings"),
    )
    op.create_index("ix_fraud_warnings_order_id", "fraud_warnings", ["order_id"])
    op.create_table(
        "renewals",
        sa.Column("intent_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text()),
        sa.Column("subscription_id", sa.Text()),
        sa.Column("invoice_id", sa.Text()),
        sa.Column("amount_due", sa.BigInteger(), nullable=False),
        sa.Column("amount_paid", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text()),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_renewals_order_id"),
        sa.PrimaryKeyConstraint("intent_id", name="pk_renewals"),
    )
    op.create_index("ix_renewals_order_id", "renewals", ["order_id"])


def downgrade() -> None:
    op.drop_index("ix_renewals_order_id", table_name="renewals")
    op.drop_table("renewals")
    op.drop_index("ix_fraud_warnings_order_id", table_name="fraud_warnings")
    op.drop_table("fraud_warnings")
    op.drop_index("ix_disputes_unanswered", table_name="disputes")
