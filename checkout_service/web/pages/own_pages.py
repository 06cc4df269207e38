"""Pages of our own that show a Checkout Session: `/pay?ui=elements`, `form` and `embedded`.

Looking at one makes no order: its script asks the API for a session.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.session import ELEMENTS, EMBEDDED, FORM
from checkout_service.domain.status import AttemptKind
from checkout_service.web.context import settings, use_cases
from checkout_service.web.http.known_buyers import may_pay
from checkout_service.web.http.mount import at

from . import form_token
from .order_page import page_of
from .stripe_policy import pay_policy

SEE_OTHER = 303
_MODE_OF: Final = {"elements": ELEMENTS, "form": FORM, "embedded": EMBEDDED}
_UI_OF: Final = {mode: ui for ui, mode in _MODE_OF.items()}


def for_choice(ui: str, item: CartItem) -> Response:
    """Show the page for a choice of the catalog. Raises InvalidInput."""
    if ui not in _MODE_OF:
        raise InvalidInput([Fault("ui", f"one of {', '.join(_MODE_OF)}")])
    lines = use_cases().start_checkout.priced(Cart(items=[item]))
    asked = {
        "items": [{"price": item.price, "quantity": item.quantity}],
        "ui_mode": _MODE_OF[ui],
    }
    return _shown(ui, lines, lines[0].currency, cart=asked, key=form_token.new_token(), choice=item)


def for_order(order_id: str) -> ResponseReturnValue | None:
    """Show the page that an order is paid on, or its own; None if a bare intent pays it."""
    order = use_cases().read_orders.view(order_id)
    if not may_pay(order.id):
        return redirect(at(f"/orders/{order.id}"), SEE_OTHER)
    if order.flow == AttemptKind.INTENT:
        return None
    page, ui = page_of(order), _UI_OF.get(use_cases().read_orders.ui_mode(order_id))
    if ui is None or not (page.may_be_paid or page.may_start_over):
        return redirect(at(f"/orders/{order.id}"), SEE_OTHER)
    return _shown(ui, order.items, order.currency, cart={"order": order.id})


def way_to(order_id: str) -> str | None:
    """Return the page of ours that an order is paid on; None if Stripe's own is."""
    ui = _UI_OF.get(use_cases().read_orders.ui_mode(order_id))
    return None if ui is None else at(f"/pay?{urlencode({'ui': ui, 'order': order_id})}")


def _shown(ui: str, lines: object, currency: str, **more: object) -> Response:
    known = settings()
    page = render_template(
        "pay/session.html",
        ui=ui,
        lines=lines,
        currency=currency,
        total=sum(line.amount for line in lines),  # type: ignore[attr-defined]
        stripe_js=known.stripe_js_url,
        **more,
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Security-Policy"] = pay_policy(known, framed=ui == "embedded")
    return response
