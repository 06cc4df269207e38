"""Requests, payments and answers as the contract's tests speak of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from checkout_service.domain.facts.fact import Fact
from checkout_service.domain.facts.snapshots import (
    IncomingEvent,
    IntentView,
    RefundView,
    SessionView,
    Snapshot,
)
from checkout_service.domain.ids import new_id
from checkout_service.domain.ports.intents import IntentRequest
from checkout_service.domain.ports.refunds import RefundRequest
from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from checkout_service.stripe_gateway import StripeParts
from tests.support.stack import Sandbox

CARD, DECLINED, SEPA = "4242424242424242", "4000000000000002", "AT611904300234573201"
Stripe = Callable[..., StripeParts]


def now() -> int:
    return int(time.time() * 1000)


def a_request(**changes: Any) -> SessionRequest:
    order = new_id("ord")
    request = SessionRequest(
        idempotency_key=f"co_{order}",
        order_id=order,
        attempt_id=new_id("att"),
        reference=new_id("ref"),
        mode="payment",
        currency="usd",
        lines=(LineRequest("Poster", 2500, "usd", 2, description="A2, matte"),),
        success_url="https://shop.example/ok?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="https://shop.example/no",
        metadata={"cart": "7"},
    )
    return replace(request, **changes)


def in_euros() -> SessionRequest:
    return a_request(currency="eur", lines=(LineRequest("Poster", 2500, "eur", 1),))


def an_intent(**changes: Any) -> IntentRequest:
    order = new_id("ord")
    request = IntentRequest(f"pi_{order}", order, new_id("att"), 5000, "usd", "Order", "x@y.zz")
    return replace(request, **changes)


def a_refund(intent: str, amount: int, key: str = "rf_1", **changes: Any) -> RefundRequest:
    return replace(RefundRequest(key, f"mwr_{key}", "ord_1", intent, amount), **changes)


def session_of(shown: Fact | Snapshot | None) -> SessionView:
    view = shown.session if isinstance(shown, Snapshot) else shown and shown.subject
    assert isinstance(view, SessionView)
    return view


def intent_of(shown: Fact | Snapshot | None) -> IntentView:
    view = shown.intent if isinstance(shown, Snapshot) else shown and shown.subject
    assert isinstance(view, IntentView)
    return view


def refund_of(fact: Fact) -> RefundView:
    assert isinstance(fact.subject, RefundView)
    return fact.subject


def events_since(
    gateway: StripeParts, start: int, *, undelivered: bool = False
) -> list[IncomingEvent]:
    """List the events since a time, oldest first, however many pages that takes."""
    page = gateway.events.page(start, undelivered=undelivered)
    found = page.events
    while page.before is not None:
        page = gateway.events.page(start, undelivered=undelivered, before=page.before)
        found = page.events + found
    return found


def ids(found: Iterable[Snapshot]) -> list[str]:
    return [session_of(snapshot).id for snapshot in found]


def opened(gateway: StripeParts, request: SessionRequest | None = None) -> SessionView:
    return session_of(gateway.sessions.open(request or a_request())[0])


def look(gateway: StripeParts, session: SessionView) -> SessionView:
    return session_of(gateway.sessions.look(session.id, urgent=True))


def closed(gateway: StripeParts, session: SessionView, key: str = "x") -> Fact | None:
    return gateway.sessions.close(session.id, idempotency_key=f"{key}_{session.id}")


def pay(sandbox: Sandbox, session: SessionView, method: str, **more: object) -> None:
    given = {"payment_method": method, "email": "buyer@example.com", **more}
    sandbox.call("POST", f"checkout/sessions/{session.id}/pay", given)


def paid(sandbox: Sandbox, gateway: StripeParts) -> tuple[SessionView, str]:
    """A session paid by card, and its intent's id."""
    session = opened(gateway)
    pay(sandbox, session, CARD)
    seen = look(gateway, session)
    assert seen.intent_id is not None
    return seen, seen.intent_id
