"""The machinery around orders: inbox, outbox, leases, budgets, keys. Times are milliseconds UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from .schema import metadata, moment, needed, one_of, partial_index

INBOX_STATES = ("applied", "ignored", "waiting", "failed", "quarantined")

inbox_events = Table(
    "inbox_events",
    metadata,
    Column("id", Text, primary_key=True),
    needed("type"),
    needed("state"),
    needed("source"),
    Column("api_version", Text),
    Column("livemode", Boolean, nullable=False),
    Column("order_id", Text),
    Column("intent_id", Text),
    Column("body", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("last_error", Text),
    moment("created", null=False),
    moment("received_at", null=False),
    moment("applied_at"),
    moment("next_at"),
    one_of("state", INBOX_STATES),
)
partial_index(
    "ix_inbox_events_next_at", inbox_events.c.next_at, where=inbox_events.c.next_at.is_not(None)
)
UNCLAIMED = text("state IN ('ignored', 'waiting') AND intent_id IS NOT NULL")
partial_index("ix_inbox_events_unclaimed_intent", inbox_events.c.intent_id, where=UNCLAIMED)
Index("ix_inbox_events_order_id", inbox_events.c.order_id)
Index("ix_inbox_events_received_at", inbox_events.c.received_at)

# What a person looks for first: events that did not go through.
STUCK = text("state IN ('waiting', 'failed', 'quarantined')")
partial_index(
    "ix_inbox_events_troubled", inbox_events.c.received_at, inbox_events.c.id, where=STUCK
)

OUTBOX_STATES = ("due", "delivered", "dead")

outbox_messages = Table(
    "outbox_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    needed("kind"),
    needed("about"),
    Column("sequence", Integer, nullable=False),
    needed("body"),
    Column("state", Text, nullable=False, default="due"),
    Column("tries", Integer, nullable=False, default=0),
    Column("lease_owner", Text),
    Column("last_error", Text),
    # Its request, 'unheard': written while nobody wanted messages; 'asked': somebody wants this
    # one again; or 'shared': its state is the sum of its deliveries. A request was once called a
    # wish; a new name would need a migration.
    Column("wish", Text, nullable=False, default=""),
    # Its place in the feed, given when the feed is first read after it was written.
    Column("place", BigInteger),
    moment("created_at", null=False),
    moment("next_at"),  # null while due and not shared: kept, not sent until it is asked for
    moment("lease_until"),
    moment("delivered_at"),
    UniqueConstraint("order_id", "kind", "about"),
    one_of("state", OUTBOX_STATES),
)
partial_index(
    "ix_outbox_messages_next_at",
    outbox_messages.c.next_at,
    where=outbox_messages.c.next_at.is_not(None),
)

Index("ix_outbox_messages_created_at_id", outbox_messages.c.created_at, outbox_messages.c.id)
UNDELIVERED = text("state <> 'delivered'")
partial_index(
    "ix_outbox_messages_undelivered",
    outbox_messages.c.created_at,
    outbox_messages.c.id,
    where=UNDELIVERED,
)

UNPLACED = text("place IS NULL")
partial_index(
    "ix_outbox_messages_unplaced",
    outbox_messages.c.created_at,
    outbox_messages.c.sequence,
    where=UNPLACED,
)
partial_index(
    "uq_outbox_messages_place", outbox_messages.c.place, unique=True, where="place IS NOT NULL"
)

FAILING = text("state = 'due' AND last_error IS NOT NULL")
partial_index("ix_outbox_messages_failing", outbox_messages.c.id, where=FAILING)

# How a message's way to one receiver goes, where there are several; the rest is the message's.
deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", Text, ForeignKey("outbox_messages.id"), nullable=False),
    needed("receiver"),
    needed("order_id"),
    needed("kind"),
    Column("sequence", Integer, nullable=False),
    Column("state", Text, nullable=False, default="due"),
    Column("tries", Integer, nullable=False, default=0),
    Column("lease_owner", Text),
    Column("last_error", Text),
    moment("created_at", null=False),
    moment("next_at"),
    moment("lease_until"),
    moment("delivered_at"),
    PrimaryKeyConstraint("message_id", "receiver"),
    one_of("state", OUTBOX_STATES),
)
partial_index(
    "ix_deliveries_next_at",
    deliveries.c.receiver,
    deliveries.c.next_at,
    where=deliveries.c.next_at.is_not(None),
)
partial_index(
    "ix_deliveries_undelivered", deliveries.c.receiver, deliveries.c.state, where=UNDELIVERED
)
partial_index("ix_deliveries_failing", deliveries.c.receiver, where=FAILING)

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
    needed("owner"),
    moment("until", null=False),
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
    needed("scope"),
    needed("key"),
    needed("fingerprint"),
    needed("nonce"),
    needed("state"),
    Column("holder", Text),  # names one claim; null where an earlier release made it
    moment("locked_until", null=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    moment("created_at", null=False),
    PrimaryKeyConstraint("scope", "key"),
    one_of("state", ("running", "kept", "free")),
)
Index("ix_idempotency_keys_created_at", idempotency_keys.c.created_at)

receivers = Table(
    "receivers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False, default="well"),
    moment("probe_at"),
    moment("changed_at", null=False),
    moment("since"),  # it gets what was written since then; null: no setting names it
    one_of("state", ("well", "failing", "disabled")),
)

session_claims = Table(
    "session_claims",
    metadata,
    # Session ids that holders of a reference brought: looked up at Stripe, a few a reference.
    needed("reference"),
    needed("session_id"),
    moment("created_at", null=False),
    moment("next_at", null=False),
    PrimaryKeyConstraint("reference", "session_id"),
)

# Paid sessions of Payment Links that could not be taken in: tried again one by one.
link_leftovers = Table(
    "link_leftovers",
    metadata,
    Column("session_id", Text, primary_key=True),
    needed("link_id"),
    Column("tries", Integer, nullable=False, default=0),
    Column("last_error", Text),
    moment("next_at"),
    moment("created_at", null=False),
)
