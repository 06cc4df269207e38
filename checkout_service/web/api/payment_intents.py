"""PaymentIntents for frontends with a payment form of their own."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from checkout_service.web.context import use_cases
from checkout_service.web.http import order_cookie
from checkout_service.web.http.callers import caller
from checkout_service.web.http.known_buyers import demand_may_pay
from checkout_service.web.http.limits import CREATE, POLL, gate, limited

from .cart_faults import every_fault
from .carts import cart_of, chosen
from .idempotency import idempotent_without, order_nonce
from .requests import CreateIntent
from .responses import Intent
from .secrets import SECRET, read_secret
from .serialiser import tell_intent

bp = APIBlueprint(
    "payment_intents", __name__, url_prefix="/api/v1/payment-intents", tag="Payment Element"
)


@bp.post("")
@limited(CREATE)
@idempotent_without(SECRET, read_secret)
@every_fault
@bp.input(CreateIntent, arg_name="body")
@bp.output(Intent, status_code=201)
def create_payment_intent(body: CreateIntent) -> Response:
    """Create an order's intent, or return the open one again, for a cart that changed too."""
    start = use_cases().start_intent
    if body.order is None:
        intent = start.start(cart_of(body), nonce=order_nonce(), caller=caller(), admit=gate())
        return order_cookie.remember_own_page(tell_intent(intent, 201), intent.order.id)
    demand_may_pay(body.order)
    cart = cart_of(body) if chosen(body.items) else None
    intent = start.again(body.order, cart, caller=caller(), admit=gate())
    return tell_intent(intent, 201)


@bp.get("/<intent_id>")
@limited(POLL)
@bp.output(Intent)
def confirm_payment_intent(intent_id: str) -> Response:
    """Say how the payment stands, looking at Stripe when nobody did in the last two seconds."""
    return tell_intent(use_cases().confirm_payment.by_intent(intent_id, source="poll"))
