"""Build the API's answers from rows: this session's words, the whole order's truth."""

from __future__ import annotations

from sqlalchemy import Connection

from checkout_service.domain.errors import NotFound
from checkout_service.domain.views import IntentAnswer, OrderView, SessionAnswer
from checkout_service.storage import orders
from checkout_service.storage.rows import AnyRow


def order_view(connection: Connection, order_id: str) -> OrderView:
    order = orders.view(connection, order_id)
    if order is None:
        raise NotFound
    return order


def session_answer(connection: Connection, attempt: AnyRow) -> SessionAnswer:
    """Describe one attempt's Checkout Session."""
    return SessionAnswer(
        id=attempt.session_id,
        url=attempt.url,
        status=attempt.stripe_status or "open",
        payment_status=attempt.payment_status or "unpaid",
        expires_at=attempt.expires_at,
        order=order_view(connection, attempt.order_id),
    )


def intent_answer(connection: Connection, attempt: AnyRow) -> IntentAnswer:
    """Describe one attempt's PaymentIntent, without its client secret."""
    return IntentAnswer(
        id=attempt.intent_id,
        status=attempt.stripe_status or "requires_payment_method",
        order=order_view(connection, attempt.order_id),
    )
