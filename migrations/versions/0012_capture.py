"""Money that is authorised first and captured later"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_HELD = sa.text("authorized_until IS NOT NULL AND state = 'processing'")


def upgrade() -> None:
    automatic = sa.text("'automatic'")
    op.add_column(
        "orders", sa.Column("capture", sa.Text(), nullable=False, server_default=automatic)
    )
    op.add_column(
        "attempts",
        sa.Column(
            "amount_authorized", sa.BigInteger(), nullable=False, server_default=sa.text("0")
        ),
    )
    op.add_column("attempts", sa.Column("authorized_until", sa.BigInteger()))
    op.add_column(
        "refunds", sa.Column("booked", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_index(
        "ix_attempts_authorized",
        "attempts",
        ["authorized_until"],
        sqlite_where=_HELD,
        postgresql_where=_HELD,
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_authorized", table_name="attempts")
    op.drop_column("refunds", "booked")
    op.drop_column("attempts", "authorized_until")
    op.drop_column("attempts", "amount_authorized")
    op.drop_column("orders", "capture")
