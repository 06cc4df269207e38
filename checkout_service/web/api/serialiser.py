"""The API's answers in JSON: exactly the contract's fields, the public ones for the public."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.views.orders import (
    IntentAnswer,
    OrderView,
    RefundAnswer,
    SessionAnswer,
)
from checkout_service.domain.views.shapes import private_order, public_order
from checkout_service.use_cases.checkout.list_products import ProductView
from checkout_service.web.context import settings
from checkout_service.web.http.answers import JsonAnswer
from checkout_service.web.http.callers import is_merchant

_JSON = json.JSONEncoder()  # kept: `json.dumps` of Flask makes one for each answer


def order_object(order: OrderView) -> dict[str, Any]:
    return private_order(order) if is_merchant() else public_order(order)


def session_object(answer: SessionAnswer) -> dict[str, Any]:
    """Describe a session; how a page of the caller's pays it only in the answer to a create."""
    known = settings().stripe_publishable_key
    secret = {"client_secret": answer.client_secret, "publishable_key": known}
    return {
        "id": answer.id,
        "url": answer.url,
        **({} if answer.client_secret is None else secret),
        "status": answer.status,
        "payment_status": answer.payment_status,
        "expires_at": None if answer.expires_at is None else rfc3339(answer.expires_at),
        "final": answer.order.final,
        "order": order_object(answer.order),
    }


def intent_object(answer: IntentAnswer) -> dict[str, Any]:
    """Describe an intent; the client secret only if this answer to a create brings one."""
    secret = {} if answer.client_secret is None else {"client_secret": answer.client_secret}
    return {
        "id": answer.id,
        **secret,
        "publishable_key": settings().stripe_publishable_key,
        "status": answer.status,
        "final": answer.order.final,
        "order": order_object(answer.order),
    }


def refund_object(answer: RefundAnswer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "amount": answer.amount,
        "currency": answer.currency,
        "status": answer.status,
        "payment_intent": answer.payment_intent,
        "order": answer.order,
    }


def product_object(product: ProductView) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "description": product.description,
        "prices": [
            {
                "id": price.id,
                "currency": price.currency,
                "unit_amount": price.unit_amount,
                "recurring": None if price.recurring is None else dict(price.recurring),
            }
            for price in product.prices
        ],
    }


def tell_session(answer: SessionAnswer, status: int = 200) -> Response:
    """Answer with a session object; while it is not final, say when to ask again."""
    return _until_final(tell(session_object(answer), status), answer)


def tell_intent(answer: IntentAnswer, status: int = 200) -> Response:
    """Answer with an intent object; while it is not final, say when to ask again."""
    return _until_final(tell(intent_object(answer), status), answer)


def _until_final(response: Response, answer: SessionAnswer | IntentAnswer) -> Response:
    if not answer.order.final:
        response.headers["Retry-After"] = str(max(1, answer.retry_after))
    return response


def tell(body: dict[str, Any], status: int = 200) -> Response:
    return JsonAnswer(_JSON.encode(body) + "\n", status)
