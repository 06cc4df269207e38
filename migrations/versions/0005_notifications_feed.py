"""Notifications as a feed, and kept where nobody wanted them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNPLACED = sa.text("place IS NULL")
_PLACED = sa.text("place IS NOT NULL")


def upgrade() -> None:
    table = "outbox_messages"
    op.add_column(
        table, sa.Column("wish", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.add_column(table, sa.Column("place", sa.BigInteger()))
    op.create_index(
        "ix_outbox_messages_unplaced",
        table,
        ["created_at", "sequence"],
        sqlite_where=_UNPLACED,
        postgresql_where=_UNPLACED,
    )
    op.create_index(
        "uq_outbox_messages_place",
        table,
        ["place"],
        unique=True,
        sqlite_where=_PLACED,
        postgresql_where=_PLACED,
    )
    # Where nothing was ever sent, nobody has wanted what is there.
    op.execute(
        "UPDATE outbox_messages SET wish = 'unheard'"
        " WHERE NOT EXISTS (SELECT 1 FROM outbox_messages AS sent WHERE sent.tries > 0)"
    )


def downgrade() -> None:
    for index in ("uq_outbox_messages_place", "ix_outbox_messages_unplaced"):
        op.drop_index(index, table_name="outbox_messages")
    op.drop_column("outbox_messages", "place")
    op.drop_column("outbox_messages", "wish")
