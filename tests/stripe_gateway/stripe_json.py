"""Stripe's objects as it sends them, cut to what a test wants to vary."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

SESSION_ID = "cs_test_a1B2c3D4"
INTENT_ID = "pi_3Abc"
ORDER_ID = "ord_" + "a" * 24
CREATED = 1_790_000_000


def a_session(**changes: object) -> Json:
    return {
        "id": SESSION_ID,
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "mode": "payment",
        "amount_subtotal": 5000,
        "amount_total": 5150,
        "currency": "usd",
        "livemode": False,
        "total_details": {"amount_discount": 250, "amount_shipping": 300, "amount_tax": 100},
        "url": None,
        "created": CREATED,
        "expires_at": CREATED + 86_400,
        "client_reference_id": "ref_1",
        "payment_link": None,
        "metadata": {"order_id": ORDER_ID, "checkout_attempt_id": "att_1"},
        "payment_intent": INTENT_ID,
        "customer_details": {"email": "buyer@example.com", "name": "A Buyer"},
        "customer_email": None,
        "subscription": None,
        "recovered_from": None,
        "after_expiration": None,
        **changes,
    }


def an_intent(**changes: object) -> Json:
    return {
        "id": INTENT_ID,
        "object": "payment_intent",
        "status": "succeeded",
        "amount": 5150,
        "amount_received": 5150,
        "currency": "usd",
        "livemode": False,
        "created": CREATED,
        "metadata": {"order_id": ORDER_ID, "checkout_attempt_id": "att_1"},
        "receipt_email": None,
        "last_payment_error": None,
        "latest_charge": "ch_1",
        "client_secret": f"{INTENT_ID}_secret_x",
        **changes,
    }


def a_charge(**changes: object) -> Json:
    return {
        "id": "ch_1",
        "object": "charge",
        "payment_intent": INTENT_ID,
        "amount_refunded": 0,
        "refunded": False,
        "disputed": False,
        "metadata": {"order_id": ORDER_ID},
        **changes,
    }


def a_refund(**changes: object) -> Json:
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 150,
        "currency": "usd",
        "status": "succeeded",
        "payment_intent": INTENT_ID,
        "charge": "ch_1",
        "created": CREATED,
        **changes,
    }


def a_dispute(**changes: object) -> Json:
    return {
        "id": "du_1",
        "object": "dispute",
        "amount": 5150,
        "currency": "usd",
        "status": "needs_response",
        "reason": "fraudulent",
        "payment_intent": INTENT_ID,
        "charge": "ch_1",
        "created": CREATED,
        "evidence_details": {"due_by": CREATED + 7},
        **changes,
    }


def a_price(**changes: object) -> Json:
    return {
        "id": "price_1",
        "object": "price",
        "unit_amount": 2500,
        "currency": "usd",
        "recurring": None,
        "active": True,
        **changes,
    }


def an_event(subject: object = None, **changes: object) -> Json:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "api_version": "2026-10-28.endive",
        "livemode": False,
        "created": CREATED,
        "data": {"object": a_session() if subject is None else subject},
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": None},
        **changes,
    }


def a_list(*items: Json, has_more: bool = False) -> Json:
    return {"object": "list", "data": list(items), "has_more": has_more, "url": "/v1/things"}


def as_body(event: object) -> bytes:
    return json.dumps(event, indent=2).encode()
