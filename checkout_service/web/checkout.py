"""The buyer's pages of the main journey: choose, leave for Stripe, come back, be told the truth.

Every page works without JavaScript, and none says "paid" that the order does not say.
"""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain.errors import (
    CheckoutError,
    DatabaseUnavailable,
    GatewayError,
    MoneyInFlight,
    OpenedWrong,
    OrderCanceled,
    OrderPaid,
    StaleOrder,
    WrongFlow,
)
from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.views.orders import OrderView

from .context import request_id, settings, shop, use_cases
from .http import order_cookie
from .http.card_numbers import refuse_card_numbers
from .http.known_buyers import may_pay
from .http.limits import CREATE, POLL, gate, limited
from .http.mount import at
from .http.problems import problem_of
from .pages import cart as cart_page
from .pages import form_token, languages, own_pages, search
from .pages.order_page import OrderPage, page_of, with_shipments
from .pages.quantity import quantity_of

SEE_OTHER = 303

bp = APIBlueprint("checkout", __name__, enable_openapi=False)


@bp.get("/")
def storefront() -> ResponseReturnValue:
    """Show what is for sale, a page of much, or what is searched for; pull mode sells by links.

    A shop without a storefront has its own site, or is nothing to look at.
    """
    if not shop().storefront:
        if shop().url is None:
            raise NoPage
        return redirect(shop().url or "", SEE_OTHER)
    products = () if settings().pull_mode else use_cases().list_products.list()
    links, words = use_cases().start_link.offers(), search.asked()
    many = len(products) + len(links)
    categories = list(dict.fromkeys(one.category for one in products if one.category))
    category = search.category(categories)
    if category is not None:
        products, links = tuple(one for one in products if one.category == category), ()
    products = tuple(one for one in products if search.is_in(words, one.name, one.description))
    links = tuple(one for one in links if search.is_in(words, one.line.name, one.line.description))
    found = len(products) + len(links)
    part, further = search.part(found), len(products)
    return render_template(
        "shop/index.html",
        products=products[part],
        links=links[max(0, part.start - further) : max(0, part.stop - further)],
        words=words,
        categories=categories,
        category=category,
        searchable=many > search.SMALL,
        way_on=search.way_on(found),
        narrowed=bool(words) or part.start > 0,
        new_token=form_token.new_token,
    )


@bp.post("/checkout")
@limited(CREATE)
def checkout() -> ResponseReturnValue:
    """Send the buyer to Stripe's page, for a new order or an old one."""
    form = request.form.to_dict()
    refuse_card_numbers(form)
    if "order" in form:
        return _start_over(form["order"].replace("\0", ""))
    return _start(form)


@bp.get("/checkout/success")
@limited(POLL)
def success() -> ResponseReturnValue:
    """Confirm the session the buyer comes back with, and say how it stands."""
    session_id = request.args.get("session_id", "")
    answer = use_cases().confirm_payment.by_session(session_id, source="return", wait=True)
    return _order_page(answer.order)


@bp.get("/orders/<order_id>")
@limited(POLL)
def order(order_id: str) -> ResponseReturnValue:
    """Say how an order stands, at an address that can be bookmarked."""
    known = use_cases().confirm_payment.by_order(order_id, source="poll", wait=True)
    return _shown(with_shipments(page_of(known, mine=order_cookie.is_mine(known.id))))


@bp.get("/checkout/cancel")
@limited(POLL)
def cancel() -> ResponseReturnValue:
    """Offer to go on or to start over, unless money is on its way or has arrived."""
    order_id = request.args.get("order")
    if order_id is None:
        raise NoPage
    known = use_cases().confirm_payment.by_order(order_id, source="return", wait=True)
    page = page_of(known)
    if page.by_link or page.by_intent or page.state not in ("unpaid", "failed", "expired"):
        return redirect(at(f"/orders/{known.id}"), SEE_OTHER)
    resume = None
    if page.state == "unpaid" and may_pay(known.id):
        resume = use_cases().read_orders.open_url(known.id) or own_pages.way_to(known.id)
    return render_template("shop/cancel.html", page=page, order=known, resume=resume)


def _order_page(order: OrderView) -> Response:
    return _shown(page_of(order, mine=order_cookie.is_mine(order.id)))


def _shown(page: OrderPage) -> Response:
    order = page.order
    bought = page.mine and page.state in ("paid", "processing") and cart_page.became(order.id)
    response = make_response(
        render_template("shop/order.html", page=page, order=order, bought=bought)
    )
    response.headers["X-Robots-Tag"] = "noindex"
    if bought:
        cart_page.forget(response)
    return response


def _start(form: dict[str, str]) -> ResponseReturnValue:
    price, quantity = form.get("price", ""), form.get("quantity", "1")
    token = form_token.usable(form.get("token", ""))
    cart = Cart(
        items=[CartItem(price, quantity_of(quantity))], page_locale=languages.stripe_locale()
    )
    start, nonce = use_cases().start_checkout, form_token.nonce_of(token)
    try:
        session = start.start(cart, nonce=nonce, caller="public", admit=gate(), changing=True)
    except (OrderPaid, MoneyInFlight, OrderCanceled):  # the form of a page that was left open
        return redirect(at(f"/orders/{start.order_of(nonce)}"), SEE_OTHER)
    except (GatewayError, OpenedWrong, DatabaseUnavailable, StaleOrder) as error:
        return _try_again(error, {"price": price, "quantity": quantity, "token": token})
    response = make_response(_to_stripe(session.url, session.order.id))
    order_cookie.remember(response, session.order.id)
    return response


def _start_over(order_id: str) -> ResponseReturnValue:
    if not may_pay(order_id):
        return redirect(at(f"/orders/{order_id}"), SEE_OTHER)
    try:
        session = use_cases().start_checkout.again(order_id, admit=gate())
    except (OrderPaid, MoneyInFlight, OrderCanceled, WrongFlow):
        return redirect(at(f"/orders/{order_id}"), SEE_OTHER)
    except (GatewayError, OpenedWrong, DatabaseUnavailable, StaleOrder) as error:
        return _try_again(error, {"order": order_id})
    return _to_stripe(session.url, session.order.id)


def _to_stripe(url: str | None, order_id: str) -> ResponseReturnValue:
    """Redirect to the session's page: Stripe's or ours; where it is over its order tells how."""
    return redirect(url or own_pages.way_to(order_id) or at(f"/orders/{order_id}"), SEE_OTHER)


def _try_again(error: CheckoutError, fields: dict[str, str]) -> Response:
    """Say what happened and offer the same form again: the same token finds the same order."""
    problem = problem_of(error)
    page = render_template(
        "shop/try_again.html", problem=problem, fields=fields, request_id=request_id()
    )
    return Response(page, problem.status, mimetype="text/html", headers=dict(problem.headers))
