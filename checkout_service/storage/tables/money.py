"""Money going back, and what we ask Stripe to do with money."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from checkout_service.domain.order.ledger import DISPUTE_NEEDS_RESPONSE
from checkout_service.domain.order.money_writes import WriteKind, WriteState

from .schema import metadata, moment, needed, observed, one_of, partial_index


def _money_back(name: str, *more: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
        Column("intent_id", Text),
        Column("charge_id", Text),
        Column("amount", BigInteger, nullable=False),
        needed("currency"),
        needed("status"),
        moment("created_at", null=False),
        *observed(),
        *more,
        CheckConstraint("amount >= 0", name="amount"),
    )


refunds = _money_back(
    "refunds",
    Column("request_id", Text),
    Column("booked", Boolean, nullable=False, default=True),
)
Index("ix_refunds_created_at", refunds.c.created_at)
disputes = _money_back(
    "disputes", Column("reason", Text, nullable=False, default=""), moment("evidence_due_at")
)
# Written out: a partial index serves only a condition that repeats its own.
_WAITING = ", ".join(f"'{word}'" for word in sorted(DISPUTE_NEEDS_RESPONSE))
UNANSWERED = text(f"status IN ({_WAITING})")
partial_index("ix_disputes_unanswered", disputes.c.evidence_due_at, where=UNANSWERED)

fraud_warnings = Table(
    "fraud_warnings",
    metadata,
    # What the card's bank says of a payment; no money has moved for it.
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    Column("intent_id", Text),
    Column("charge_id", Text),
    needed("fraud_type"),
    Column("actionable", Boolean, nullable=False),
    moment("created_at", null=False),
    *observed(),
)

renewals = Table(
    "renewals",
    metadata,
    # A payment that was refunded or disputed, and which invoice of a subscription it pays; one of
    # nobody here has no order.
    Column("intent_id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), index=True),
    Column("subscription_id", Text),
    Column("invoice_id", Text),
    Column("amount_due", BigInteger, nullable=False, default=0),
    Column("amount_paid", BigInteger, nullable=False, default=0),
    Column("currency", Text),
    moment("asked_at", null=False),
)

# What we ask Stripe to do with money, written down before it is asked.
money_writes = Table(
    "money_writes",
    metadata,
    # In Stripe's metadata, and the first idempotency key.
    Column("id", Text, primary_key=True),
    needed("kind"),
    needed("nonce"),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    needed("subject"),  # the intent or session at Stripe
    Column("amount", BigInteger),
    Column("details", Text, nullable=False, default="{}"),
    Column("state", Text, nullable=False, default="asked"),
    Column("key", Text, nullable=False),
    moment("key_at"),  # when the key was first used
    moment("asked_at"),  # when Stripe was asked last
    Column("result_id", Text),
    Column("last_error", Text),
    Column("tries", Integer, nullable=False, default=0),
    moment("next_at"),
    moment("created_at", null=False),
    UniqueConstraint("nonce"),
    one_of("kind", WriteKind),
    one_of("state", WriteState),
    CheckConstraint("amount > 0", name="amount"),
)
UNFINISHED = text("state IN ('asked', 'quarantined')")
partial_index("ix_money_writes_unfinished", money_writes.c.next_at, where=UNFINISHED)
Index("ix_money_writes_subject", money_writes.c.subject)

# The first edition's refunds: moved to `money_writes`, dropped with the next release but one.
refund_requests = Table(
    "refund_requests",
    metadata,
    Column("id", Text, primary_key=True),
    needed("nonce"),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    needed("intent_id"),
    Column("amount", BigInteger, nullable=False),
    Column("refund_id", Text),
    Column("refused", Text),
    moment("created_at", null=False),
    UniqueConstraint("nonce"),
    CheckConstraint("amount > 0", name="amount"),
)
