"""The JSON API for frontends, `/api/v1`: what is for sale, and Checkout Sessions."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from checkout_service.domain.order.cart import Cart
from checkout_service.web.context import settings, use_cases
from checkout_service.web.http import order_cookie
from checkout_service.web.http.callers import caller
from checkout_service.web.http.known_buyers import demand_may_pay
from checkout_service.web.http.limits import CREATE, POLL, gate, limited
from checkout_service.web.http.strict_json import refuse_body

from .cart_faults import every_fault
from .carts import cart_of, chosen
from .idempotency import idempotent, idempotent_without, order_nonce
from .requests import CreateSession, UpdateItems
from .responses import Config, Products, Session
from .secrets import SECRET, read_secret
from .serialiser import product_object, tell, tell_session

bp = APIBlueprint("checkout_sessions", __name__, url_prefix="/api/v1", tag="Checkout")


@bp.get("/config")
@bp.output(Config)
def read_config() -> Response:
    """Tell a frontend which key, which mode and which flows there are."""
    known = settings()
    flows = ["payment_link"] if known.pull_mode else _FLOWS
    return tell(
        {
            "publishable_key": known.stripe_publishable_key,
            "livemode": known.live,
            "flows": flows,
        }
    )


_FLOWS = ["checkout_session", "payment_intent", "payment_link"]


@bp.get("/products")
@limited(POLL)
@bp.output(Products)
def list_products() -> Response:
    """List what is for sale."""
    return tell({"data": [product_object(product) for product in use_cases().list_products.list()]})


@bp.post("/checkout-sessions")
@limited(CREATE)
@idempotent_without(SECRET, read_secret)
@every_fault
@bp.input(CreateSession, arg_name="body")
@bp.output(Session, status_code=201)
def create_checkout_session(body: CreateSession) -> Response:
    """Open a Checkout Session for a cart, or try an order again."""
    start = use_cases().start_checkout
    if body.order is not None:
        demand_may_pay(body.order)
        return tell_session(start.again(body.order, admit=gate()), 201)
    session = start.start(cart_of(body), nonce=order_nonce(), caller=caller(), admit=gate())
    return order_cookie.remember_own_page(tell_session(session, 201), session.order.id)


@bp.get("/checkout-sessions/<session_id>")
@limited(POLL)
@bp.output(Session)
def confirm_checkout_session(session_id: str) -> Response:
    """Say how the payment stands, looking at Stripe when nobody did in the last two seconds."""
    return tell_session(use_cases().confirm_payment.by_session(session_id, source="poll"))


@bp.put("/checkout-sessions/<session_id>/items")
@limited(CREATE)
@every_fault
@bp.input(UpdateItems, arg_name="body")
@bp.output(Session)
def update_checkout_session_items(session_id: str, body: UpdateItems) -> Response:
    """Change what an open session of `elements` or `form` sells; its client secret stays."""
    cart = Cart(items=chosen(body.items))
    update = use_cases().update_items
    return tell_session(update.update(session_id, cart, caller=caller(), admit=gate()))


@bp.post("/checkout-sessions/<session_id>/expire")
@limited(CREATE)
@idempotent
@bp.output(Session)
def expire_checkout_session(session_id: str) -> Response:
    """Close an open session at Stripe, so that it can be paid no more."""
    refuse_body()
    return tell_session(use_cases().expire_session.expire(session_id))
