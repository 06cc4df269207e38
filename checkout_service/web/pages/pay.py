"""The page with a payment form of our own (Stripe's Payment Element), and the page after it.

Looking at the page makes no order: its script asks the API for an intent. The client secret that
Stripe adds to the return address is dropped from it before anything else is done.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.status import AttemptKind
from checkout_service.settings import Settings
from checkout_service.web.context import catalog, settings, use_cases
from checkout_service.web.http import order_cookie
from checkout_service.web.http.limits import POLL, limited
from checkout_service.web.http.mount import at
from checkout_service.web.http.security import content_policy

from . import form_token
from .order_page import page_of

SEE_OTHER = 303
_QUANTITY = re.compile(r"[0-9]{1,6}", re.ASCII)
_SECRET = "payment_intent_client_secret"  # noqa: S105 - a parameter's name
# https://docs.stripe.com/security/guide#content-security-policy
_STRIPE_SCRIPTS = ("https://js.stripe.com", "https://*.js.stripe.com")
_STRIPE_FRAMES = (*_STRIPE_SCRIPTS, "https://hooks.stripe.com")
_STRIPE_API = "https://api.stripe.com"

bp = APIBlueprint("pay", __name__, url_prefix="/pay", enable_openapi=False)


@bp.get("")
@limited(POLL)
def pay() -> ResponseReturnValue:
    """Show what will be paid, with the form; for a choice of the catalog, or an order to pay."""
    order_id = request.args.get("order")
    return _for_choice() if order_id is None else _for_order(order_id)


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


def _for_choice() -> ResponseReturnValue:
    price, quantity = request.args.get("price", ""), request.args.get("quantity", "1")
    if not _QUANTITY.fullmatch(quantity):
        raise InvalidInput([Fault("quantity", "must be a whole number")])
    item = CartItem(price.replace("\0", ""), int(quantity))
    product = use_cases().list_products.sold_at(item.price)
    if product is not None and any(not tag.fits_intent for tag in product.prices):
        return redirect(at(f"/buy/{item.price}?{urlencode({'quantity': quantity})}"), SEE_OTHER)
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
    if order.flow != AttemptKind.INTENT or not page.may_be_paid:
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


def pay_policy(known: Settings) -> str:
    """Open Stripe's origins, or the sandbox's, to the page with the form and to no other."""
    script, images = _origin(known.stripe_js_url), catalog().image_origins
    if script in _STRIPE_SCRIPTS:
        return content_policy(
            known,
            scripts=_STRIPE_SCRIPTS,
            frames=_STRIPE_FRAMES,
            connects=(_STRIPE_API,),
            images=images,
        )
    return content_policy(
        known, scripts=(script,), frames=(script,), connects=(script,), images=images
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _unlisted(page: str) -> Response:
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
