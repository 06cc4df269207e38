"""Disputes that wait for an answer, by when it is due"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
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


def downgrade() -> None:
    op.drop_index("ix_disputes_unanswered", table_name="disputes")
