"""What a buyer may change on Stripe's page, and what was bought then"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("room", sa.Text()))
    op.add_column("attempts", sa.Column("bought", sa.Text()))


def downgrade() -> None:
    op.drop_column("attempts", "bought")
    op.drop_column("orders", "room")
