"""One product on a page of its own, for links from anywhere; looking at it makes no order."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.web.context import settings, use_cases

from . import form_token
from .quantity import quantity_of

bp = APIBlueprint("buy", __name__, enable_openapi=False)


@bp.get("/buy/<price_id>")
def buy(price_id: str) -> ResponseReturnValue:
    """Show what is sold at a price, ready to buy in the quantity that the link names."""
    product = None if settings().pull_mode else use_cases().list_products.sold_at(price_id)
    if product is None:
        raise NoPage
    most = product.prices[0].max_quantity if product.prices else 1
    return render_template(
        "shop/buy.html",
        product=product,
        quantity=quantity_of(request.args.get("quantity", "1"), least=1, most=most),
        new_token=form_token.new_token,
    )
