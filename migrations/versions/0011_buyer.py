"""What the buyer told Stripe"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("buyer", sa.Text()))


def downgrade() -> None:
    op.drop_column("attempts", "buyer")
