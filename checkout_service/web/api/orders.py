"""The merchant's own backend: read orders, price carts, refund, cancel. An API key opens it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from apiflask import APIBlueprint
from flask import Response, request

from checkout_service.domain import ids
from checkout_service.domain.views.shapes import detailed_order
from checkout_service.use_cases.refunds.refund_order import RequestedRefund
from checkout_service.web.context import use_cases
from checkout_service.web.http.callers import MERCHANT, demand_merchant
from checkout_service.web.http.limits import POLL, limited
from checkout_service.web.http.strict_json import body_may_be_missing, refuse_body

from .carts import priced_cart_of
from .idempotency import idempotent, idempotent_without, order_nonce
from .queries import ListOrders
from .requests import CaptureOrder, CreateOrder, CreatePortalSession, CreateRefund
from .responses import OrderInDepth, Orders, PortalSession, PrivateOrder, Refund, Session
from .secrets import SECRET, read_secret
from .serialiser import order_object, refund_object, tell, tell_intent, tell_session

P = ParamSpec("P")
R = TypeVar("R")

bp = APIBlueprint("orders", __name__, url_prefix="/api/v1/orders", tag="Merchant")


def for_merchants(view: Callable[P, R]) -> Callable[P, R]:
    """Let only an API key pass; whoever tries without one is counted like any other stranger."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_merchant()
        return view(*args, **kwargs)

    return limited(POLL)(guarded)


@bp.get("")
@for_merchants
@bp.doc(security="apiKey")
@bp.input(ListOrders, location="query", arg_name="query")
@bp.output(Orders)
def list_orders(query: ListOrders) -> Response:
    """List orders, newest first; `next_cursor` leads to the next page."""
    page = use_cases().read_orders.page(query.filter(), limit=query.limit, cursor=query.cursor)
    data = [order_object(order) for order in page.orders]
    return tell({"data": data, "next_cursor": page.next_cursor})


@bp.get("/<order_id>")
@for_merchants
@bp.doc(security="apiKey")
@bp.output(OrderInDepth)
def show_order(order_id: str) -> Response:
    """Show one order with its attempts, refunds, disputes and the trail of its changes."""
    return tell(detailed_order(use_cases().read_orders.detail(order_id)))


@bp.post("")
@for_merchants
@idempotent_without(SECRET, read_secret)
@bp.doc(security="apiKey")
@bp.input(CreateOrder, arg_name="body")
@bp.output(Session, status_code=201)
def create_order(body: CreateOrder) -> Response:
    """Open a Checkout Session or a PaymentIntent for a cart that the backend priced."""
    cart, nonce = priced_cart_of(body), order_nonce()
    if body.flow == "payment_intent":
        return tell_intent(use_cases().start_intent.start(cart, nonce=nonce, caller=MERCHANT), 201)
    return tell_session(use_cases().start_checkout.start(cart, nonce=nonce, caller=MERCHANT), 201)


@bp.post("/<order_id>/refunds")
@for_merchants
@idempotent
@body_may_be_missing
@bp.doc(security="apiKey")
@bp.input(CreateRefund, arg_name="body")
@bp.output(Refund, status_code=201)
def refund_order(order_id: str, body: CreateRefund) -> Response:
    """Give money back: an amount in minor units, or all that is left."""
    refund = use_cases().refund_order.refund(
        order_id,
        RequestedRefund(body.amount, body.payment_intent, body.reason, body.metadata or {}),
        nonce=order_nonce() or ids.new_id("non"),
    )
    return tell(refund_object(refund), 201)


@bp.post("/<order_id>/capture")
@for_merchants
@idempotent
@body_may_be_missing
@bp.doc(security="apiKey")
@bp.input(CaptureOrder, arg_name="body")
@bp.output(PrivateOrder)
def capture_order(order_id: str, body: CaptureOrder) -> Response:
    """Take the money that is authorised, all or a part; the rest goes back to the buyer."""
    nonce = order_nonce() or ids.new_id("non")
    return tell(order_object(use_cases().take_money.capture(order_id, body.amount, nonce=nonce)))


@bp.post("/<order_id>/void")
@for_merchants
@idempotent
@bp.doc(security="apiKey")
@bp.output(PrivateOrder)
def void_order(order_id: str) -> Response:
    """Let go of the money that is authorised; the order ends canceled."""
    refuse_body()
    nonce = order_nonce() or ids.new_id("non")
    return tell(order_object(use_cases().take_money.void(order_id, nonce=nonce)))


def _open_portal_again(_answer: object) -> str:
    """Open the portal of a replayed request anew, under the key that Stripe knows."""
    return _open_portal(**(request.view_args or {}), **request.get_json())


def _open_portal(order_id: str, return_url: str) -> str:
    return use_cases().open_portal.open(order_id, return_url=return_url, nonce=order_nonce())


@bp.post("/<order_id>/portal-sessions")
@for_merchants
@idempotent_without("url", _open_portal_again)
@bp.doc(security="apiKey")
@bp.input(CreatePortalSession, arg_name="body")
@bp.output(PortalSession, status_code=201)
def create_portal_session(order_id: str, body: CreatePortalSession) -> Response:
    """Open Stripe's customer portal for the customer who bought the order.

    The url lets in whoever has it, so it is never stored: a repeat under the same
    `Idempotency-Key` asks Stripe once more, under the key it was asked with, for a day's time.
    """
    return tell({"url": _open_portal(order_id, body.return_url)}, 201)


@bp.post("/<order_id>/cancel")
@for_merchants
@idempotent
@bp.doc(security="apiKey")
@bp.output(PrivateOrder)
def cancel_order(order_id: str) -> Response:
    """Cancel an order that no money has come for; it is closed at Stripe first."""
    refuse_body()
    return tell(order_object(use_cases().cancel_order.cancel(order_id)))
