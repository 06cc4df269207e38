"""The admin's own tables: who is signed in, what was guessed, what was done. Milliseconds UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint, text

from .schema import metadata, moment, needed, one_of

admin_sessions = Table(
    "admin_sessions",
    metadata,
    # The digest of the session's id: whoever reads this table cannot sign in with it.
    Column("id", Text, primary_key=True),
    Column("who", Text, nullable=False, server_default=text("'admin'")),
    needed("address"),
    moment("created_at", null=False),
    moment("seen_at", null=False),
    moment("ended_at"),
)

ROLES = ("view", "refund", "all")

staff = Table(
    "staff",
    metadata,
    Column("name", Text, primary_key=True),
    needed("password_hash"),
    needed("role"),
    moment("created_at", null=False),
    one_of("role", ROLES),
)

# Whoever is asked for a code of an authenticator app: half of its secret; SECRET_KEY is the other.
admin_codes = Table(
    "admin_codes",
    metadata,
    Column("name", Text, primary_key=True),
    needed("seed"),
    moment("created_at", null=False),
    Column("used_step", BigInteger, nullable=False, default=0),  # the last half minute used
)

# Browsers that somebody has signed in with: their guesses are counted apart from strangers'.
admin_devices = Table(
    "admin_devices",
    metadata,
    Column("id", Text, primary_key=True),  # the digest of what the browser keeps
    needed("who"),
    moment("created_at", null=False),
    moment("seen_at", null=False),
    Column("guesses", Integer, nullable=False, default=0),
    moment("guessed_at", null=False),  # when the first of these guesses was made
)

# A fixed number of slots: a password is looked at only by who takes one, whatever the load.
admin_guesses = Table(
    "admin_guesses",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    needed("address"),
    moment("at", null=False),
)

AUDIT_OUTCOMES = ("started", "done", "refused", "unknown")

admin_audit = Table(
    "admin_audit",
    metadata,
    Column("id", Text, primary_key=True),
    # One press of a button is one act: its form's nonce.
    needed("nonce"),
    needed("who"),
    needed("address"),
    needed("action"),
    needed("subject"),
    Column("order_id", Text),
    needed("outcome"),
    # What came of it. `detail` in the code; a new name for the column would need a migration.
    Column("told", Text, nullable=False, default=""),
    moment("at", null=False),
    moment("finished_at"),
    UniqueConstraint("nonce"),
    one_of("outcome", AUDIT_OUTCOMES),
)
Index("ix_admin_audit_at_id", admin_audit.c.at, admin_audit.c.id)
Index("ix_admin_audit_order_id", admin_audit.c.order_id)

# Figures as they were computed last: counting a big shop takes longer than showing it.
figures = Table(
    "figures",
    metadata,
    Column("name", Text, primary_key=True),
    needed("body"),
    moment("at", null=False),
    moment("fresh_until", null=False),
)
