"""Find the order an object of Stripe's belongs to, by any id of ours that it carries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, select

from checkout_service.domain.facts.snapshots import (
    Billing,
    ChargeView,
    DisputeView,
    FraudWarningView,
    IntentView,
    RefundView,
    SessionView,
    Subject,
    ThinNotice,
)
from checkout_service.domain.ids import is_intent_id, is_order_id, is_reference, is_session_id

from . import renewals
from .tables import attempts, disputes, orders, refunds

_a = attempts.c
_ORDER_OF = select(_a.order_id)


def find_order(connection: Connection, subject: Subject) -> str | None:
    """Name the order of this object, or None when it is not one of ours."""
    match subject:
        case SessionView():
            return _of_session(connection, subject)
        case IntentView(id=intent_id, order_id=claimed):
            return _by(connection, _a.intent_id == intent_id) or _claimed(connection, claimed)
        case ChargeView(intent_id=intent_id, order_id=claimed):
            return order_of_intent(connection, intent_id) or _claimed(connection, claimed)
        case RefundView() | DisputeView() | FraudWarningView():
            intent_id = subject.intent_id
            return order_of_intent(connection, intent_id) or renewals.order_of(
                connection, intent_id
            )


def order_of_notice(connection: Connection, notice: ThinNotice) -> str | None:
    """Name the order of the object that a thin event names, as far as we know the object."""
    match notice.kind:
        case "checkout.session":
            return order_of_session(connection, notice.id)
        case "payment_intent":
            return order_of_intent(connection, notice.id)
        case "refund":
            return _by_money_back(connection, refunds, notice.id)
        case "dispute":
            return _by_money_back(connection, disputes, notice.id)
        case _:  # the sweep reads the event that shows it
            return None


def order_of_subscription(connection: Connection, facts: Billing) -> tuple[str | None, bool]:
    """Name the order of a subscription, and say whether it knows the subscription as its own.

    Before its session's facts came, none does: then only the metadata names the order.
    """
    found = _by(connection, _a.subscription_id == facts.subscription_id)
    return found or _claimed(connection, facts.order_id), found is not None


def order_named_by(connection: Connection, hints: Iterable[str]) -> str | None:
    """Name the order that one of these ids leads to; any of them may be no id at all."""
    for hint in hints:
        if is_order_id(hint):
            found = _claimed(connection, hint)
        elif is_session_id(hint):
            found = order_of_session(connection, hint)
        else:
            found = order_of_intent(connection, hint) if is_intent_id(hint) else None
        if found is not None:
            return found
    return None


def order_of_session(connection: Connection, session_id: str) -> str | None:
    return _by(connection, _a.session_id == session_id)


def order_of_intent(connection: Connection, intent_id: str | None) -> str | None:
    return None if intent_id is None else _by(connection, _a.intent_id == intent_id)


def intents_of_others(
    connection: Connection, order_id: str, intent_ids: Iterable[str]
) -> frozenset[str]:
    """Tell which of these payments belong to other orders than this one."""
    wanted = sorted(intent_ids)
    if not wanted:
        return frozenset()
    query = select(_a.intent_id).where(_a.intent_id.in_(wanted), _a.order_id != order_id)
    return frozenset(connection.execute(query).scalars())


def _of_session(connection: Connection, view: SessionView) -> str | None:
    found = _by(connection, _a.session_id == view.id)
    if found is None and view.payment_link is not None:
        # The reference is a claim anybody can type: believed only on its own link, and only of
        # the shape we hand out. A shop may share a link that carries a word of its own.
        reference = view.client_reference_id
        if reference is None or not is_reference(reference):
            return None
        return _by(connection, and_(_a.reference == reference, _a.link_id == view.payment_link))
    return found or _claimed(connection, view.order_id)


def _claimed(connection: Connection, order_id: str | None) -> str | None:
    """Believe an order id in metadata: only a secret key of this account can write it."""
    if order_id is None or not is_order_id(order_id):
        return None
    return connection.execute(select(orders.c.id).where(orders.c.id == order_id)).scalar()


def _by_money_back(connection: Connection, table: Table, name: str) -> str | None:
    """Name the order of a refund or dispute that we have seen."""
    return connection.execute(select(table.c.order_id).where(table.c.id == name)).scalar()


def _by(connection: Connection, condition: ColumnElement[Any]) -> str | None:
    return connection.execute(_ORDER_OF.where(condition).limit(1)).scalar()
