"""Several receivers of notifications, each with its own state"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WAITING = sa.text("next_at IS NOT NULL")
_UNDELIVERED = sa.text("state <> 'delivered'")
_FAILING = sa.text("state = 'due' AND last_error IS NOT NULL")


def upgrade() -> None:
    op.add_column("receivers", sa.Column("since", sa.BigInteger()))
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.CheckConstraint(
            "state IN ('due', 'delivered', 'dead')", name=op.f("ck_deliveries_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_messages.id"], name=op.f("fk_deliveries_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", "receiver", name=op.f("pk_deliveries")),
    )
    for name, columns, where in (
        ("ix_deliveries_next_at", ["receiver", "next_at"], _WAITING),
        ("ix_deliveries_undelivered", ["receiver", "state"], _UNDELIVERED),
        ("ix_deliveries_failing", ["receiver"], _FAILING),
    ):
        op.create_index(name, "deliveries", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_column("receivers", "since")
    # Whoever is left gets what somebody was still owed: under the ids it may know already.
    op.execute(
        "UPDATE outbox_messages SET next_at = created_at WHERE wish = 'shared' AND state = 'due'"
    )
    op.execute("UPDATE outbox_messages SET wish = '' WHERE wish = 'shared'")
