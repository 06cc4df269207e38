"""What the shop's people do for an order once it is paid: parcels and notes. No money here."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from .schema import metadata, moment, needed

shipments = Table(
    "shipments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    needed("carrier"),
    Column("tracking_number", Text),
    Column("tracking_url", Text),
    needed("who"),
    moment("shipped_at", null=False),
)

order_notes = Table(
    "order_notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False, index=True),
    needed("who"),
    needed("words"),
    moment("at", null=False),
)
