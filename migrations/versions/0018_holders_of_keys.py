"""Idempotency keys that name their holder"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("holder", sa.Text()))


def downgrade() -> None:
    op.drop_column("idempotency_keys", "holder")
