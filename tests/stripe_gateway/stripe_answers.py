"""A request to open a session, and what Stripe answers to it."""

from __future__ import annotations

from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, error

REQUEST = SessionRequest(
    idempotency_key="co_1",
    order_id=sj.ORDER_ID,
    attempt_id="att_1",
    reference="ref_1",
    mode="payment",
    currency="usd",
    lines=(LineRequest("Poster", 2500, "usd", 2),),
    success_url="https://shop.example/ok",
    cancel_url="https://shop.example/no",
    customer_email="buyer@example.com",
)
SECRET_WORDS = ("buyer@example.com", "sk_test_123", "pi_1_secret_abc", "SESAME")


def opened(**changes: object) -> Answer:
    return Answer(sj.a_session(status="open", payment_status="unpaid", **changes))


def invalid(**fields: object) -> Answer:
    return error(400, type="invalid_request_error", **fields)
