"""The tables. Keys and constraints are the design: they decide every race.

Times are integer milliseconds UTC; money is integer minor units.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from checkout_service.domain.status import AttemptKind, AttemptState, Hold, OrderStatus

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _time(name: str, *, null: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _needed(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    _needed("nonce"),
    _needed("flow"),
    Column("status", Text, nullable=False, default="pending"),
    Column("amount_total", BigInteger, nullable=False),
    Column("amount_paid", BigInteger, nullable=False, default=0),
    Column("amount_refunded", BigInteger, nullable=False, default=0),
    _needed("currency"),
    Column("livemode", Boolean, nullable=False),
    _needed("mode"),
    Column("adjustable", Text, nullable=False, default=""),
    Column("holds", Text, nullable=False, default=""),
    Column("fulfilled", Boolean, nullable=False, default=False),
    Column("client_reference_id", Text),
    Column("metadata", Text, nullable=False, default="{}"),
    Column("customer_email", Text),
    Column("locale", Text),
    Column("success_url", Text),
    Column("cancel_url", Text),
    Column("options", Text, nullable=False, default="{}"),
    # True once a hold, refund or dispute was ever written: lets the hot path skip three reads.
    Column("has_more", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=0),
    Column("sequence", Integer, nullable=False, default=0),
    Column("moves", Integer, nullable=False, default=0),
    _time("created_at", null=False),
    _time("updated_at", null=False),
    _time("canceled_at"),
    _time("looked_at"),
    _time("look_due_at"),
    Column("look_tries", Integer, nullable=False, default=0),
    _time("look_lease_until"),
    UniqueConstraint("nonce"),
    _one_of("status", OrderStatus),
    _one_of("flow", AttemptKind),
    CheckConstraint(
        "amount_total >= 0 AND amount_paid >= 0 AND amount_refunded >= 0", name="money"
    ),
    CheckConstraint("length(currency) = 3", name="currency"),
)
Index("ix_orders_created_at_id", orders.c.created_at, orders.c.id)
Index("ix_orders_status_created_at_id", orders.c.status, orders.c.created_at, orders.c.id)
Index(
    "ix_orders_look_due_at",
    orders.c.look_due_at,
    sqlite_where=orders.c.look_due_at.is_not(None),
    postgresql_where=orders.c.look_due_at.is_not(None),
)
Index("ix_orders_client_reference_id", orders.c.client_reference_id)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("price", Text),
    _needed("name"),
    Column("description", Text, nullable=False, default=""),
    Column("quantity", Integer, nullable=False),
    Column("unit_amount", BigInteger, nullable=False),
    Column("stripe_price", Text),
    Column("recurring", Text),
    PrimaryKeyConstraint("order_id", "place"),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("unit_amount >= 0", name="unit_amount"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    _needed("kind"),
    Column("state", Text, nullable=False, default="draft"),
    Column("ours", Boolean, nullable=False, default=True),
    Column("won", Boolean, nullable=False, default=False),
    _needed("idempotency_key"),
    Column("session_id", Text),
    Column("intent_id", Text),
    Column("link_id", Text),
    Column("reference", Text),
    Column("amount", BigInteger, nullable=False, default=0),
    Column("amount_discount", BigInteger, nullable=False, default=0),
    Column("amount_tax", BigInteger, nullable=False, default=0),
    Column("amount_shipping", BigInteger, nullable=False, default=0),
    Column("stripe_status", Text),
    Column("payment_status", Text),
    Column("url", Text),
    Column("customer_email", Text),
    Column("subscription_id", Text),
    Column("recovery_url", Text),
    _time("expires_at"),
    _time("created_at", null=False),
    Column("tries", Integer, nullable=False, default=0),
    UniqueConstraint("order_id", "seq"),
    UniqueConstraint("idempotency_key"),
    UniqueConstraint("session_id"),
    UniqueConstraint("intent_id"),
    _one_of("kind", AttemptKind),
    _one_of("state", AttemptState),
    CheckConstraint("amount >= 0", name="amount"),
)
_OPEN_ONCE = text("state IN ('draft', 'open') AND ours AND kind <> 'payment_link'")
Index(
    "uq_attempts_open",
    attempts.c.order_id,
    unique=True,
    sqlite_where=_OPEN_ONCE,
    postgresql_where=_OPEN_ONCE,
)
Index(
    "uq_attempts_won",
    attempts.c.order_id,
    unique=True,
    sqlite_where=text("won"),
    postgresql_where=text("won"),
)
Index("ix_attempts_reference", attempts.c.reference)
Index("ix_attempts_link_id", attempts.c.link_id)
Index("ix_attempts_subscription_id", attempts.c.subscription_id)

holds = Table(
    "holds",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    _needed("name"),
    Column("attempt_id", Text, ForeignKey("attempts.id"), nullable=False),
    _time("raised_at", null=False),
    _time("released_at"),
    Column("released_by", Text),
    PrimaryKeyConstraint("order_id", "name", "attempt_id"),
    _one_of("name", Hold),
)


def _money_back(name: str, *more: Column[int] | Column[str]) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
        Column("intent_id", Text),
        Column("charge_id", Text),
        Column("amount", BigInteger, nullable=False),
        _needed("currency"),
        _needed("status"),
        _time("created_at", null=False),
        *more,
        CheckConstraint("amount >= 0", name="amount"),
    )


refunds = _money_back("refunds")
disputes = _money_back(
    "disputes", Column("reason", Text, nullable=False, default=""), _time("evidence_due_at")
)

fulfilments = Table(
    "fulfilments",
    metadata,
    # The primary key is the promise: an order is fulfilled once, ever.
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    _time("fulfilled_at", null=False),
)

transitions = Table(
    "transitions",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    _needed("before"),
    _needed("after"),
    _needed("source"),
    Column("reason", Text),
    Column("event_id", Text),
    _time("at", null=False),
    PrimaryKeyConstraint("order_id", "seq"),
)

INBOX_STATES = ("applied", "ignored", "waiting", "failed", "quarantined")

inbox_events = Table(
    "inbox_events",
    metadata,
    Column("id", Text, primary_key=True),
    _needed("type"),
    _needed("state"),
    _needed("source"),
    Column("api_version", Text),
    Column("livemode", Boolean, nullable=False),
    Column("order_id", Text),
    Column("intent_id", Text),
    Column("body", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("last_error", Text),
    _time("created", null=False),
    _time("received_at", null=False),
    _time("applied_at"),
    _time("next_at"),
    _one_of("state", INBOX_STATES),
)
Index(
    "ix_inbox_events_next_at",
    inbox_events.c.next_at,
    sqlite_where=inbox_events.c.next_at.is_not(None),
    postgresql_where=inbox_events.c.next_at.is_not(None),
)
_UNCLAIMED = text("state = 'ignored' AND intent_id IS NOT NULL")
Index(
    "ix_inbox_events_unclaimed_intent",
    inbox_events.c.intent_id,
    sqlite_where=_UNCLAIMED,
    postgresql_where=_UNCLAIMED,
)
Index("ix_inbox_events_order_id", inbox_events.c.order_id)
Index("ix_inbox_events_received_at", inbox_events.c.received_at)

OUTBOX_STATES = ("due", "delivered", "dead")

outbox_messages = Table(
    "outbox_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    _needed("kind"),
    _needed("about"),
    Column("sequence", Integer, nullable=False),
    _needed("body"),
    Column("state", Text, nullable=False, default="due"),
    Column("tries", Integer, nullable=False, default=0),
    Column("lease_owner", Text),
    Column("last_error", Text),
    _time("created_at", null=False),
    _time("next_at"),
    _time("lease_until"),
    _time("delivered_at"),
    UniqueConstraint("order_id", "kind", "about"),
    _one_of("state", OUTBOX_STATES),
)
Index(
    "ix_outbox_messages_next_at",
    outbox_messages.c.next_at,
    sqlite_where=outbox_messages.c.next_at.is_not(None),
    postgresql_where=outbox_messages.c.next_at.is_not(None),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    _needed("owner"),
    _time("until", null=False),
)

read_budgets = Table(
    "read_budgets",
    metadata,
    Column("name", Text, primary_key=True),
    # The moment at which the next evenly spaced read would be free (GCRA).
    Column("free_at", BigInteger, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _needed("scope"),
    _needed("key"),
    _needed("fingerprint"),
    _needed("nonce"),
    _needed("state"),
    _time("locked_until", null=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    _time("created_at", null=False),
    PrimaryKeyConstraint("scope", "key"),
    _one_of("state", ("running", "kept", "free")),
)
Index("ix_idempotency_keys_created_at", idempotency_keys.c.created_at)

refund_requests = Table(
    "refund_requests",
    metadata,
    Column("id", Text, primary_key=True),
    _needed("nonce"),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    _needed("intent_id"),
    Column("amount", BigInteger, nullable=False),
    Column("refund_id", Text),
    Column("refused", Text),
    _time("created_at", null=False),
    UniqueConstraint("nonce"),
    CheckConstraint("amount > 0", name="amount"),
)

receivers = Table(
    "receivers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False, default="well"),
    _time("probe_at"),
    _time("changed_at", null=False),
    _one_of("state", ("well", "failing", "disabled")),
)
