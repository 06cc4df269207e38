"""Build the API's answers in one read: this session's words, the whole order's truth."""

from __future__ import annotations

from checkout_service.domain.errors import NotFound
from checkout_service.domain.order.ledger import Attempt
from checkout_service.domain.status import AttemptKind
from checkout_service.domain.views.orders import IntentAnswer, OrderView, SessionAnswer
from checkout_service.storage.database import Transaction
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.ledger.read_to_tell import read_of_session


def order_view(connection: Transaction, order_id: str) -> OrderView:
    """Describe an order. Raises NotFound."""
    loaded = load_ledger(connection, order_id, lock=False)
    if loaded is None:
        raise NotFound
    return loaded.view(loaded.ledger)


def answer_for_session(connection: Transaction, session_id: str) -> SessionAnswer:
    """Describe a Checkout Session of ours. Raises NotFound."""
    told = read_of_session(connection, session_id)
    if told is None:
        raise NotFound
    return answer_of_session(told[0], session_id)


def answer_of_session(loaded: Loaded, session_id: str) -> SessionAnswer:
    """Describe a session of an order that is known. Raises NotFound."""
    attempts = loaded.ledger.attempts
    mine = next((a for a in attempts if a.session_id == session_id), None)
    if mine is None:
        raise NotFound
    return _session_answer(loaded, mine)


def newest_session(connection: Transaction, order_id: str) -> SessionAnswer:
    """Describe the newest session we opened for an order. Raises NotFound."""
    return session_of(load_ledger(connection, order_id, lock=False))


def session_of(loaded: Loaded | None) -> SessionAnswer:
    """Describe the newest session of an order that is known. Raises NotFound."""
    return _session_answer(*_newest(loaded, "session_id"))


def answer_of_intent(loaded: Loaded, intent_id: str) -> IntentAnswer:
    """Describe a bare PaymentIntent of an order that is known, without its client secret.

    Raises NotFound.
    """
    attempts = loaded.ledger.attempts
    mine = (a for a in attempts if a.intent_id == intent_id and a.kind is AttemptKind.INTENT)
    attempt = next(mine, None)
    if attempt is None:
        raise NotFound
    return _intent_answer(loaded, attempt)


def newest_intent(connection: Transaction, order_id: str) -> IntentAnswer:
    """Describe the newest intent of an order, without its client secret. Raises NotFound."""
    return intent_of(load_ledger(connection, order_id, lock=False))


def intent_of(loaded: Loaded | None) -> IntentAnswer:
    """Describe the newest intent of an order that is known. Raises NotFound."""
    return _intent_answer(*_newest(loaded, "intent_id"))


def _newest(loaded: Loaded | None, name: str) -> tuple[Loaded, Attempt]:
    attempts = loaded.ledger.attempts if loaded else ()
    opened = [a for a in attempts if a.ours and getattr(a, name) is not None]
    if loaded is None or not opened:
        raise NotFound
    return loaded, opened[-1]


def _session_answer(loaded: Loaded, attempt: Attempt) -> SessionAnswer:
    return SessionAnswer(
        id=str(attempt.session_id),
        url=attempt.url,
        status=attempt.stripe_status or "open",
        payment_status=attempt.payment_status or "unpaid",
        expires_at=attempt.expires_at,
        order=loaded.view(loaded.ledger),
    )


def _intent_answer(loaded: Loaded, attempt: Attempt) -> IntentAnswer:
    return IntentAnswer(
        id=str(attempt.intent_id),
        status=attempt.stripe_status or "requires_payment_method",
        order=loaded.view(loaded.ledger),
    )
