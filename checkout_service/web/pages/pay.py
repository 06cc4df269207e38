"""The page with a payment form of our own (Stripe's Payment Element), and the page after it.

Looking at the page makes no order: its script asks the API for an intent. The client secret that
Stripe adds to the return address is dropped from it before anything else is done.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.web.context import settings, use_cases
from checkout_service.web.http import order_cookie
from checkout_service.web.http.limits import POLL, limited
from checkout_service.web.http.mount import at

from . import form_token, own_pages
from .order_page import page_of
from .quantity import quantity_of
from .stripe_policy import pay_policy

SEE_OTHER = 303
_SECRET = "payment_intent_client_secret"  # noqa: S105 - a parameter's name

bp = APIBlueprint("pay", __name__, url_prefix="/pay", enable_openapi=False)


@bp.get("")
@limited(POLL)
def pay() -> ResponseReturnValue:
    """Show what will be paid, with the form; for a choice of the catalog, or an order to pay.

    `ui` names one of Stripe's ways to show a Checkout Session; an order keeps its own.
    """
    order_id, ui = request.args.get("order"), request.args.get("ui")
    if order_id is not None:
        return own_pages.for_order(order_id) or _for_order(order_id)
    return _for_choice(_chosen()) if ui is None else own_pages.for_choice(ui, _chosen())


@bp.get("/complete")
@limited(POLL)
def complete() -> ResponseReturnValue:
    """Confirm the intent the buyer comes back with, and say how it stands."""
    intent_id = request.args.get("payment_intent")
    if intent_id is None:
        raise NoPage
    if _SECRET in request.args:
        clean = urlencode({"payment_intent": intent_id})
        return redirect(at(f"/pay/complete?{clean}"), SEE_OTHER)
    answer = use_cases().confirm_payment.by_intent(intent_id, source="return", wait=True)
    page = page_of(answer.order, mine=order_cookie.is_mine(answer.order.id))
    return _unlisted(render_template("shop/order.html", page=page, order=page.order))


def _chosen() -> CartItem:
    price, quantity = request.args.get("price", ""), request.args.get("quantity", "1")
    return CartItem(price, quantity_of(quantity))


def _for_choice(item: CartItem) -> ResponseReturnValue:
    product = use_cases().list_products.sold_at(item.price)
    if product is not None and any(not tag.fits_intent for tag in product.prices):
        return redirect(
            at(f"/buy/{item.price}?{urlencode({'quantity': item.quantity})}"), SEE_OTHER
        )
    lines = use_cases().start_intent.priced(Cart(items=[item]))
    return _form(
        lines,
        lines[0].currency,
        cart={"items": [{"price": item.price, "quantity": item.quantity}]},
        key=form_token.new_token(),
        choice=item,
    )


def _for_order(order_id: str) -> ResponseReturnValue:
    order = use_cases().read_orders.view(order_id)
    page = page_of(order)
    if not page.may_be_paid:
        return redirect(at(f"/orders/{order.id}"), SEE_OTHER)
    return _form(order.items, order.currency, cart={"order": order.id})


def _form(lines: Any, currency: str, **more: Any) -> Response:
    known = settings()
    page = render_template(
        "pay/index.html",
        lines=lines,
        currency=currency,
        total=sum(line.amount for line in lines),
        stripe_js=known.stripe_js_url,
        publishable_key=known.stripe_publishable_key,
        return_url=f"{known.public_base_url}/pay/complete",
        **more,
    )
    response = _unlisted(page)
    response.headers["Content-Security-Policy"] = pay_policy(known)
    return response


def _unlisted(page: str) -> Response:
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
