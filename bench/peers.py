"""What ours is measured against, each a few lines of Flask.

`limit`: verify the signature, parse, one committed INSERT with psycopg: nothing durable is cheaper
under this server.
`sample`: what Stripe's own sample does: build the event with the SDK, store nothing; confirm by
asking Stripe each time. To create a session, `limit` makes the call without the SDK's objects.
"""

from __future__ import annotations

import json
import os
import threading

import psycopg
import requests
import stripe
from flask import Flask, request

SECRET = os.environ["STRIPE_WEBHOOK_SECRET"]
limit, sample = Flask("limit"), Flask("sample")
CART = {
    "mode": "payment",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {
                "currency": "usd",
                "unit_amount": 2500,
                "product_data": {"name": "Poster"},
            },
        }
    ],
    "success_url": "http://127.0.0.1/success?session_id={CHECKOUT_SESSION_ID}",
}
_local = threading.local()


def _connection() -> psycopg.Connection[tuple[object, ...]]:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(os.environ["PEER_DATABASE"], autocommit=True)
    connection: psycopg.Connection[tuple[object, ...]] = _local.connection
    return connection


@limit.post("/webhooks/stripe")
def keep() -> tuple[str, int]:
    body = request.get_data()
    header = request.headers["Stripe-Signature"]
    stripe.WebhookSignature.verify_header(body.decode(), header, SECRET, 300)
    event = json.loads(body)
    _connection().execute(
        "INSERT INTO peer_events (id, body) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (event["id"], body),
    )
    return "", 200


@sample.post("/webhooks/stripe")
def believe() -> tuple[str, int]:
    event = stripe.Webhook.construct_event(
        request.get_data(), request.headers["Stripe-Signature"], SECRET
    )
    return ("", 200) if event.type else ("", 400)


def _stripe() -> stripe.StripeClient:
    if not hasattr(_local, "stripe"):
        session = requests.Session()
        session.trust_env = False
        _local.stripe = stripe.StripeClient(
            "sk_test_bench",
            base_addresses={"api": os.environ["STRIPE_API_BASE"]},
            http_client=stripe.RequestsClient(session=session),
        )
    client: stripe.StripeClient = _local.stripe
    return client


@sample.get("/api/v1/checkout-sessions/<name>")
def ask(name: str) -> str:
    return str(_stripe().v1.checkout.sessions.retrieve(name))


@sample.post("/api/v1/checkout-sessions")
def create() -> dict[str, str | None]:
    request.get_json()
    session = _stripe().v1.checkout.sessions.create(CART)  # type: ignore[arg-type]
    return {"id": session.id, "url": session.url}


@limit.post("/api/v1/checkout-sessions")
def create_raw() -> dict[str, str | None]:
    request.get_json()
    answer = _stripe().raw_request("post", "/v1/checkout/sessions", **CART)
    session = answer.data
    return {"id": session["id"], "url": session["url"]}
