"""One product on a page of its own, for links from anywhere; looking at it makes no order."""

from __future__ import annotations

import re

from apiflask import APIBlueprint
from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.web.context import settings, use_cases

from . import form_token

_QUANTITY = re.compile(r"[0-9]{1,6}", re.ASCII)

bp = APIBlueprint("buy", __name__, enable_openapi=False)


@bp.get("/buy/<price_id>")
def buy(price_id: str) -> ResponseReturnValue:
    """Show what is sold at a price, ready to buy in the quantity that the link names."""
    product = None if settings().pull_mode else use_cases().list_products.sold_at(price_id)
    if product is None:
        raise NoPage
    return render_template(
        "shop/buy.html",
        product=product,
        quantity=_quantity(product.prices[0].max_quantity if product.prices else 1),
        new_token=form_token.new_token,
    )


def _quantity(most: int) -> int:
    asked = request.args.get("quantity", "1")
    if not _QUANTITY.fullmatch(asked) or not 1 <= int(asked) <= most:
        raise InvalidInput([Fault("quantity", f"must be a whole number from 1 to {most}")])
    return int(asked)
