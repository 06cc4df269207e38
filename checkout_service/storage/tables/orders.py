"""Orders and their money. Keys and constraints are the design: they decide every race.

Times are integer milliseconds UTC; money is integer minor units.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from checkout_service.domain.status import SETTLED, AttemptKind, AttemptState, Hold, OrderStatus

from .schema import metadata, moment, needed, observed, one_of, partial_index

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    needed("nonce"),
    Column("number", Text, nullable=False, default=""),
    needed("flow"),
    Column("status", Text, nullable=False, default="pending"),
    Column("amount_total", BigInteger, nullable=False),
    Column("amount_paid", BigInteger, nullable=False, default=0),
    Column("amount_refunded", BigInteger, nullable=False, default=0),
    Column("amount_charged_back", BigInteger, nullable=False, default=0),
    needed("currency"),
    Column("livemode", Boolean, nullable=False),
    needed("mode"),
    Column("capture", Text, nullable=False, default="automatic"),
    Column("adjustable", Text, nullable=False, default=""),
    Column("room", Text),  # what the buyer may change, as JSON
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
    moment("created_at", null=False),
    moment("updated_at", null=False),
    moment("canceled_at"),
    moment("erased_at"),  # when the personal data was taken out
    moment("looked_at"),
    moment("look_due_at"),
    Column("look_tries", Integer, nullable=False, default=0),
    # Raised with every request for a look: a look answers those that were there when it began.
    # A request was once called a wish; another name for the column would need a migration.
    Column("look_wishes", Integer, nullable=False, default=0),
    moment("look_lease_until"),
    # How often looks failed in a row, why, and since when a person must see to it.
    Column("look_failures", Integer, nullable=False, default=0),
    Column("look_error", Text),
    moment("quarantined_at"),
    # Reads of Stripe spent on this order in the month of its life that `reads_window` numbers.
    Column("reads", Integer, nullable=False, default=0),
    Column("reads_window", Integer, nullable=False, default=0),
    UniqueConstraint("nonce"),
    one_of("status", OrderStatus),
    one_of("flow", AttemptKind),
    CheckConstraint(
        "amount_total >= 0 AND amount_paid >= 0 AND amount_refunded >= 0", name="money"
    ),
    CheckConstraint("length(currency) = 3", name="currency"),
)
Index("ix_orders_created_at_id", orders.c.created_at, orders.c.id)
Index("ix_orders_status_created_at_id", orders.c.status, orders.c.created_at, orders.c.id)
partial_index("ix_orders_quarantined", orders.c.quarantined_at, where="quarantined_at IS NOT NULL")
partial_index(
    "ix_orders_look_due_at", orders.c.look_due_at, where=orders.c.look_due_at.is_not(None)
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("price", Text),
    needed("name"),
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
    needed("kind"),
    Column("state", Text, nullable=False, default="draft"),
    Column("ours", Boolean, nullable=False, default=True),
    Column("won", Boolean, nullable=False, default=False),
    needed("idempotency_key"),
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
    Column("buyer", Text),  # what the buyer told Stripe, as JSON
    Column("buyer_name", Text),  # as an index finds it, and with the last word first
    Column("buyer_surname", Text),
    Column("bought", Text),  # the lines that were bought, where the buyer had a choice
    Column("amount_authorized", BigInteger, nullable=False, default=0),
    moment("authorized_until"),
    moment("expires_at"),
    moment("created_at", null=False),
    Column("tries", Integer, nullable=False, default=0),
    # True where the state is our guess; when it was observed, and whether by an event's clock.
    Column("guessed", Boolean, nullable=False, default=False),
    *observed(),
    UniqueConstraint("order_id", "seq"),
    UniqueConstraint("idempotency_key"),
    UniqueConstraint("session_id"),
    UniqueConstraint("intent_id"),
    one_of("kind", AttemptKind),
    one_of("state", AttemptState),
    CheckConstraint("amount >= 0", name="amount"),
)
partial_index(
    "uq_attempts_open",
    attempts.c.order_id,
    unique=True,
    where="state IN ('draft', 'open') AND ours AND kind <> 'payment_link'",
)
partial_index("uq_attempts_won", attempts.c.order_id, unique=True, where="won")
partial_index("ix_attempts_reference", attempts.c.reference, where="link_id IS NOT NULL")
partial_index(
    "ix_attempts_subscription_id", attempts.c.subscription_id, where="subscription_id IS NOT NULL"
)
partial_index(
    "ix_attempts_authorized",
    attempts.c.authorized_until,
    where="authorized_until IS NOT NULL AND state = 'processing'",
)
partial_index(
    "ix_orders_client_reference_id",
    orders.c.client_reference_id,
    where="client_reference_id IS NOT NULL",
)

partial_index(
    "ix_orders_customer_email", orders.c.customer_email, where="customer_email IS NOT NULL"
)
partial_index(
    "ix_attempts_customer_email", attempts.c.customer_email, where="customer_email IS NOT NULL"
)
for _name in (attempts.c.buyer_name, attempts.c.buyer_surname):
    _known = text(f"{_name.name} IS NOT NULL")
    Index(
        f"ix_attempts_{_name.name}",
        _name,
        attempts.c.created_at,
        attempts.c.order_id,
        sqlite_where=_known,
        postgresql_where=_known,
        postgresql_ops={_name.name: "text_pattern_ops"},
    )
Index("ix_orders_number", orders.c.number)
Index("ix_orders_amount_total", orders.c.amount_total, orders.c.created_at, orders.c.id)

# Orders that were paid with more or less than their items cost, in words of their index.
OTHERWISE_PAID = text("amount_paid > 0 AND amount_paid <> amount_total")
partial_index(
    "ix_orders_amount_paid",
    orders.c.amount_paid,
    orders.c.created_at,
    orders.c.id,
    where=OTHERWISE_PAID,
)
Index("ix_orders_updated_at", orders.c.updated_at)

# Orders that are held, in the words of the index that finds them.
HELD = text("holds <> ''")
partial_index("ix_orders_held", orders.c.created_at, orders.c.id, where=HELD)

holds = Table(
    "holds",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    needed("name"),
    Column("attempt_id", Text, ForeignKey("attempts.id"), nullable=False),
    moment("raised_at", null=False),
    moment("released_at"),
    Column("released_by", Text),
    # What was expected, what was seen, when, and by which event or door.
    Column("expected", Text, nullable=False, default=""),
    Column("seen", Text, nullable=False, default=""),
    moment("seen_at"),
    Column("source", Text),
    Column("event_id", Text),
    PrimaryKeyConstraint("order_id", "name", "attempt_id"),
    one_of("name", Hold),
)


fulfilments = Table(
    "fulfilments",
    metadata,
    # The primary key is the promise: an order is fulfilled once, ever.
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    moment("fulfilled_at", null=False),
)
Index("ix_fulfilments_fulfilled_at", fulfilments.c.fulfilled_at)

transitions = Table(
    "transitions",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    needed("before"),
    needed("after"),
    needed("source"),
    Column("reason", Text),
    Column("event_id", Text),
    moment("at", null=False),
    PrimaryKeyConstraint("order_id", "seq"),
)

# When money came for an order, in words of its trail: once an order, ever.
_UNPAID = ", ".join(f"'{status.value}'" for status in OrderStatus if status not in SETTLED)
_PAID = ", ".join(f"'{status.value}'" for status in OrderStatus if status in SETTLED)
CAME_IN = text(f"before IN ({_UNPAID}) AND after IN ({_PAID})")
partial_index("ix_transitions_came_in", transitions.c.at, where=CAME_IN)

subscriptions = Table(
    "subscriptions",
    metadata,
    # What we last heard of a subscription that an order began; Stripe is its book-keeper.
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    needed("status"),
    moment("current_period_end"),
    moment("news_at", null=False),  # `heard_at` in the code; a new name would need a migration
    moment("updated_at", null=False),
)
