"""The tables as Flask-SQLAlchemy models, for `flask shell`, reports and one-off scripts.

The product itself reads and writes through `storage`, which keeps its rules; a model knows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkout_service.flask_db import db
from checkout_service.storage import tables

if TYPE_CHECKING:

    class Model:
        """What `db.Model` is to a type checker."""

        query: Any
else:
    Model = db.Model


class Order(Model):
    __table__ = tables.orders
    # Declarative models keep the name `metadata` for themselves.
    metadata_json = tables.orders.c.metadata


class OrderLine(Model):
    __table__ = tables.order_lines


class Attempt(Model):
    __table__ = tables.attempts


class Hold(Model):
    __table__ = tables.holds


class Transition(Model):
    __table__ = tables.transitions


class Fulfilment(Model):
    __table__ = tables.fulfilments


class Refund(Model):
    __table__ = tables.refunds


class RefundRequest(Model):
    __table__ = tables.refund_requests


class Dispute(Model):
    __table__ = tables.disputes


class Renewal(Model):
    __table__ = tables.renewals


class FraudWarning(Model):
    __table__ = tables.fraud_warnings


class MoneyWrite(Model):
    __table__ = tables.money_writes


class Subscription(Model):
    __table__ = tables.subscriptions


class InboxEvent(Model):
    __table__ = tables.inbox_events


class OutboxMessage(Model):
    __table__ = tables.outbox_messages


class AuditEntry(Model):
    __table__ = tables.admin_audit


class StaffMember(Model):
    __table__ = tables.staff
