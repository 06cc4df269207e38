"""When an order's personal data was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("erased_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("orders", "erased_at")
