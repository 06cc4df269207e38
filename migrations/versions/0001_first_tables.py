"""First tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bookmarks")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'kept', 'free')", name=op.f("ck_idempotency_keys_state_known")
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        "ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "inbox_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=True),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("intent_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('applied', 'ignored', 'waiting', 'failed', 'quarantined')",
            name=op.f("ck_inbox_events_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_events")),
    )
    op.create_index(
        "ix_inbox_events_next_at",
        "inbox_events",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_inbox_events_order_id", "inbox_events", ["order_id"], unique=False)
    op.create_index("ix_inbox_events_received_at", "inbox_events", ["received_at"], unique=False)
    op.create_index(
        "ix_inbox_events_unclaimed_intent",
        "inbox_events",
        ["intent_id"],
        unique=False,
        sqlite_where=sa.text("state = 'ignored' AND intent_id IS NOT NULL"),
        postgresql_where=sa.text("state = 'ignored' AND intent_id IS NOT NULL"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount_total", sa.BigInteger(), nullable=False),
        sa.Column("amount_paid", sa.BigInteger(), nullable=False),
        sa.Column("amount_refunded", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("adjustable", sa.Text(), nullable=False),
        sa.Column("holds", sa.Text(), nullable=False),
        sa.Column("fulfilled", sa.Boolean(), nullable=False),
        sa.Column("client_reference_id", sa.Text(), nullable=True),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("customer_email", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("success_url", sa.Text(), nullable=True),
        sa.Column("cancel_url", sa.Text(), nullable=True),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("has_more", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("canceled_at", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.Column("look_due_at", sa.BigInteger(), nullable=True),
        sa.Column("look_tries", sa.Integer(), nullable=False),
        sa.Column("look_lease_until", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "flow IN ('checkout_session', 'payment_intent', 'payment_link')",
            name=op.f("ck_orders_flow_known"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'failed', 'expired', 'canceled', 'paid', 'partially_refunded', 'refunded', 'disputed', 'charged_back')",
            name=op.f("ck_orders_status_known"),
        ),
        sa.CheckConstraint(
            "amount_total >= 0 AND amount_paid >= 0 AND amount_refunded >= 0",
            name=op.f("ck_orders_money"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_orders_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("nonce", name=op.f("uq_orders_nonce")),
    )
    op.create_index(
        "ix_orders_client_reference_id",
        "orders",
        ["client_reference_id"],
        unique=False,
        sqlite_where=sa.text("client_reference_id IS NOT NULL"),
        postgresql_where=sa.text("client_reference_id IS NOT NULL"),
    )
    op.create_index("ix_orders_created_at_id", "orders", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_orders_look_due_at",
        "orders",
        ["look_due_at"],
        unique=False,
        sqlite_where=sa.text("look_due_at IS NOT NULL"),
        postgresql_where=sa.text("look_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_status_created_at_id", "orders", ["status", "created_at", "id"], unique=False
    )
    op.create_table(
        "read_budgets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_read_budgets")),
    )
    op.create_table(
        "receivers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("probe_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('well', 'failing', 'disabled')", name=op.f("ck_receivers_state_known")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_receivers")),
    )
    op.create_table(
        "session_claims",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reference", "session_id", name=op.f("pk_session_claims")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("won", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("intent_id", sa.Text(), nullable=True),
        sa.Column("link_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("amount_discount", sa.BigInteger(), nullable=False),
        sa.Column("amount_tax", sa.BigInteger(), nullable=False),
        sa.Column("amount_shipping", sa.BigInteger(), nullable=False),
        sa.Column("stripe_status", sa.Text(), nullable=True),
        sa.Column("payment_status", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("customer_email", sa.Text(), nullable=True),
        sa.Column("subscription_id", sa.Text(), nullable=True),
        sa.Column("recovery_url", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('checkout_session', 'payment_intent', 'payment_link')",
            name=op.f("ck_attempts_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'processing', 'failed', 'expired', 'canceled', 'succeeded')",
            name=op.f("ck_attempts_state_known"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_attempts_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_attempts_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_attempts_idempotency_key")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_attempts_intent_id")),
        sa.UniqueConstraint("order_id", "seq", name=op.f("uq_attempts_order_id_seq")),
        sa.UniqueConstraint("session_id", name=op.f("uq_attempts_session_id")),
    )
    op.create_index(
        "ix_attempts_reference",
        "attempts",
        ["reference"],
        unique=False,
        sqlite_where=sa.text("link_id IS NOT NULL"),
        postgresql_where=sa.text("link_id IS NOT NULL"),
    )
    op.create_index(
        "ix_attempts_subscription_id",
        "attempts",
        ["subscription_id"],
        unique=False,
        sqlite_where=sa.text("subscription_id IS NOT NULL"),
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'open') AND ours AND kind <> 'payment_link'"),
        postgresql_where=sa.text("state IN ('draft', 'open') AND ours AND kind <> 'payment_link'"),
    )
    op.create_index(
        "uq_attempts_won",
        "attempts",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("won"),
        postgresql_where=sa.text("won"),
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence_due_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_disputes_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_disputes_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_order_id"), "disputes", ["order_id"], unique=False)
    op.create_table(
        "fulfilments",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("fulfilled_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_fulfilments_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_fulfilments")),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", sa.BigInteger(), nullable=False),
        sa.Column("stripe_price", sa.Text(), nullable=True),
        sa.Column("recurring", sa.Text(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity")),
        sa.CheckConstraint("unit_amount >= 0", name=op.f("ck_order_lines_unit_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.PrimaryKeyConstraint("order_id", "place", name=op.f("pk_order_lines")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('due', 'delivered', 'dead')", name=op.f("ck_outbox_messages_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_outbox_messages_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint(
            "order_id", "kind", "about", name=op.f("uq_outbox_messages_order_id_kind_about")
        ),
    )
    op.create_index(
        "ix_outbox_messages_created_at_id", "outbox_messages", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_outbox_messages_next_at",
        "outbox_messages",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "refund_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_requests_amount")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_refund_requests_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_requests")),
        sa.UniqueConstraint("nonce", name=op.f("uq_refund_requests_nonce")),
    )
    op.create_index(
        op.f("ix_refund_requests_order_id"), "refund_requests", ["order_id"], unique=False
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_order_id"), "refunds", ["order_id"], unique=False)
    op.create_table(
        "transitions",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_transitions_order_id")),
        sa.PrimaryKeyConstraint("order_id", "seq", name=op.f("pk_transitions")),
    )
    op.create_table(
        "holds",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "name IN ('amount_mismatch', 'currency_mismatch', 'duplicate_payment', 'paid_after_cancel', 'wrong_link', 'wrong_mode', 'wrong_reference', 'uncaptured', 'unknown_status', 'illegal_transition', 'refunded_before_fulfilment')",
            name=op.f("ck_holds_name_known"),
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_holds_attempt_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_holds_order_id")),
        sa.PrimaryKeyConstraint("order_id", "name", "attempt_id", name=op.f("pk_holds")),
    )


def downgrade() -> None:
    op.drop_table("holds")
    op.drop_table("transitions")
    op.drop_index(op.f("ix_refunds_order_id"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index(op.f("ix_refund_requests_order_id"), table_name="refund_requests")
    op.drop_table("refund_requests")
    op.drop_index(
        "ix_outbox_messages_next_at",
        table_name="outbox_messages",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_index("ix_outbox_messages_created_at_id", table_name="outbox_messages")
    op.drop_table("outbox_messages")
    op.drop_table("order_lines")
    op.drop_table("fulfilments")
    op.drop_index(op.f("ix_disputes_order_id"), table_name="disputes")
    op.drop_table("disputes")
    op.drop_index(
        "uq_attempts_won",
        table_name="attempts",
        sqlite_where=sa.text("won"),
        postgresql_where=sa.text("won"),
    )
    op.drop_index(
        "uq_attempts_open",
        table_name="attempts",
        sqlite_where=sa.text("state IN ('draft', 'open') AND ours AND kind <> 'payment_link'"),
        postgresql_where=sa.text("state IN ('draft', 'open') AND ours AND kind <> 'payment_link'"),
    )
    op.drop_index(
        "ix_attempts_subscription_id",
        table_name="attempts",
        sqlite_where=sa.text("subscription_id IS NOT NULL"),
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_attempts_reference",
        table_name="attempts",
        sqlite_where=sa.text("link_id IS NOT NULL"),
        postgresql_where=sa.text("link_id IS NOT NULL"),
    )
    op.drop_table("attempts")
    op.drop_table("session_claims")
    op.drop_table("receivers")
    op.drop_table("read_budgets")
    op.drop_index("ix_orders_status_created_at_id", table_name="orders")
    op.drop_index(
        "ix_orders_look_due_at",
        table_name="orders",
        sqlite_where=sa.text("look_due_at IS NOT NULL"),
        postgresql_where=sa.text("look_due_at IS NOT NULL"),
    )
    op.drop_index("ix_orders_created_at_id", table_name="orders")
    op.drop_index(
        "ix_orders_client_reference_id",
        table_name="orders",
        sqlite_where=sa.text("client_reference_id IS NOT NULL"),
        postgresql_where=sa.text("client_reference_id IS NOT NULL"),
    )
    op.drop_table("orders")
    op.drop_table("leases")
    op.drop_index(
        "ix_inbox_events_unclaimed_intent",
        table_name="inbox_events",
        sqlite_where=sa.text("state = 'ignored' AND intent_id IS NOT NULL"),
        postgresql_where=sa.text("state = 'ignored' AND intent_id IS NOT NULL"),
    )
    op.drop_index("ix_inbox_events_received_at", table_name="inbox_events")
    op.drop_index("ix_inbox_events_order_id", table_name="inbox_events")
    op.drop_index(
        "ix_inbox_events_next_at",
        table_name="inbox_events",
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_table("inbox_events")
    op.drop_index("ix_idempotency_keys_created_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("bookmarks")
