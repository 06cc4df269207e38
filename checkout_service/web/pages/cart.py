"""Several things in one order: chosen on any page, counted here, paid for together.

It is made of forms alone. A quantity that was changed and not saved counts: every button sends all.
"""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain.errors import (
    CheckoutError,
    DatabaseUnavailable,
    Fault,
    GatewayError,
    InvalidInput,
    MoneyInFlight,
    OpenedWrong,
    OrderCanceled,
    OrderPaid,
    StaleOrder,
)
from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.use_cases.checkout.list_products import PriceTag, ProductView
from checkout_service.web.context import request_id, settings, use_cases
from checkout_service.web.http import order_cookie
from checkout_service.web.http.limits import CREATE, gate, limited
from checkout_service.web.http.mount import at
from checkout_service.web.http.problems import problem_of

from . import cart_cookie, languages, rendering
from .cart_cookie import KeptCart
from .quantity import quantity_of

SEE_OTHER = 303

bp = APIBlueprint("cart", __name__, url_prefix="/cart", enable_openapi=False)


@frozen
class CartLine:
    """One line as the page shows it; without a tag it cannot be bought right now."""

    price: str
    quantity: int
    product: ProductView | None

    @property
    def tag(self) -> PriceTag | None:
        return self.product.prices[0] if self.product and self.product.prices else None

    @property
    def amount(self) -> int:
        return self.quantity * self.tag.unit_amount if self.tag else 0


@bp.before_request
def _sell_here() -> None:
    if settings().pull_mode:
        raise NoPage


@bp.get("")
def show() -> ResponseReturnValue:
    """Show what this browser has chosen, and what it comes to."""
    return _page(cart_cookie.read())


@bp.post("")
def add() -> ResponseReturnValue:
    """Put a choice into the cart, on top of what is there of it."""
    price, kept = request.form.get("price", ""), cart_cookie.read()
    product = use_cases().list_products.sold_at(price)
    if product is None or not product.prices:
        raise InvalidInput([Fault("price", "there is no such price")])
    count = kept.items.get(price, 0) + quantity_of(request.form.get("quantity", "1"), least=1)
    more = kept.with_items({**kept.items, price: count})
    if count > product.prices[0].max_quantity:
        return _page(kept, too_many=product)
    if not cart_cookie.fits(more):
        return _page(kept, full=True)
    return _kept(more)


@bp.post("/change")
def change() -> ResponseReturnValue:
    """Take the quantities as they stand in the form; 0 takes a line out."""
    kept, wrong = _as_sent(cart_cookie.read())
    return _page(kept, wrong=wrong) if wrong else _kept(kept)


@bp.post("/checkout")
@limited(CREATE)
def checkout() -> ResponseReturnValue:
    """Send the buyer to Stripe's page with all of it; one cart is one order, changed or not."""
    kept, wrong = _as_sent(cart_cookie.read())
    if wrong:
        return _page(kept, wrong=wrong)
    if not kept.items:
        return redirect(at("/cart"), SEE_OTHER)
    items = [CartItem(price, count) for price, count in kept.items.items()]
    cart = Cart(items=items, page_locale=languages.stripe_locale())
    start = use_cases().start_checkout
    try:
        session = start.start(cart, nonce=kept.nonce, caller="public", admit=gate(), changing=True)
    except InvalidInput as error:
        return _page(kept, wrong=error)
    except (OrderPaid, MoneyInFlight, OrderCanceled):  # this cart became an order before
        response = make_response(redirect(at(f"/orders/{start.order_of(kept.nonce)}"), SEE_OTHER))
        cart_cookie.write(response, kept.with_items({}))
        return response
    except (GatewayError, OpenedWrong, DatabaseUnavailable, StaleOrder) as error:
        return _page(kept, failed=error)
    response = make_response(redirect(session.url or at(f"/orders/{session.order.id}"), SEE_OTHER))
    order_cookie.remember(response, session.order.id)
    cart_cookie.write(response, kept)
    return response


def became(order_id: str) -> bool:
    """True if what this browser's cart holds is this order."""
    kept = cart_cookie.read()
    return bool(kept.items) and use_cases().start_checkout.order_of(kept.nonce) == order_id


def forget(response: Response) -> None:
    """Empty the cart, now that it is paid."""
    cart_cookie.write(response, cart_cookie.read().with_items({}))


def _as_sent(kept: KeptCart) -> tuple[KeptCart, InvalidInput | None]:
    """Take the form's quantities for what is in the cart already, and for nothing else.

    A line that cannot be had as often stays as it was, and is what is wrong.
    """
    sent = dict(zip(request.form.getlist("price"), request.form.getlist("quantity"), strict=False))
    gone, counts, refused = request.form.get("remove"), {}, []
    for price, count in kept.items.items():
        try:
            counts[price] = 0 if price == gone else _wanted(price, sent.get(price, str(count)))
        except InvalidInput:
            counts[price] = count
            refused.append(price)
    cart = kept.with_items(counts)
    places = list(cart.items)
    faults = [Fault(f"items.{places.index(price)}.quantity", "too many") for price in refused]
    return cart, InvalidInput(faults) if faults else None


def _wanted(price: str, text: str) -> int:
    product = use_cases().list_products.sold_at(price)
    tags = product.prices if product else ()
    return quantity_of(text, most=tags[0].max_quantity if tags else None)


def _kept(cart: KeptCart) -> ResponseReturnValue:
    response = make_response(redirect(at("/cart"), SEE_OTHER))
    cart_cookie.write(response, cart)
    return response


def _page(
    kept: KeptCart,
    *,
    full: bool = False,
    too_many: ProductView | None = None,
    wrong: InvalidInput | None = None,
    failed: CheckoutError | None = None,
) -> Response:
    sold_at = use_cases().list_products.sold_at
    lines = [CartLine(price, count, sold_at(price)) for price, count in kept.items.items()]
    tags = [line.tag for line in lines if line.tag]
    problem = problem_of(failed) if failed else None
    currencies = sorted({tag.currency for tag in tags})
    faults = [] if wrong is None else wrong.faults
    page = render_template(
        "shop/cart.html",
        lines=lines,
        currencies=currencies,
        total=sum(line.amount for line in lines),
        dues=_dues(lines),
        full=full,
        too_many=too_many,
        faults=faults,
        not_to_be_paid=len(currencies) == 1 and any(map(_is_of_the_whole, faults)),
        problem=problem,
        request_id=request_id(),
    )
    status = problem.status if problem else 422 if wrong or full or too_many else 200
    response = Response(page, status, mimetype="text/html")
    if problem:
        response.headers.update(dict(problem.headers))
    if request.method == "POST":
        cart_cookie.write(response, kept)
    return response


def _dues(lines: list[CartLine]) -> dict[str, int]:
    """Add up what is due again, by the words for how often."""
    dues: dict[str, int] = {}
    for line in lines:
        if line.tag and line.tag.recurring:
            often = rendering.interval(line.tag.recurring)
            dues[often] = dues.get(often, 0) + line.amount
    return dues


def _is_of_the_whole(fault: Fault) -> bool:
    """True if no line of the cart can say what is wrong."""
    return not fault.loc.endswith((".quantity", ".price"))
