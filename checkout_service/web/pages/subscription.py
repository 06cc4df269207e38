"""The way from an order's page to Stripe's, where its buyer changes a card or ends a subscription.

Whoever is led there may do so: it is for the browser that the order was made in.
"""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import redirect
from flask.typing import ResponseReturnValue

from checkout_service.web.context import settings, shop, use_cases
from checkout_service.web.http import order_cookie
from checkout_service.web.http.limits import CREATE, limited
from checkout_service.web.http.mount import at

PORTAL = "https://billing.stripe.com"
SEE_OTHER = 303

bp = APIBlueprint("subscription", __name__, enable_openapi=False)


@bp.post("/orders/<order_id>/subscription")
@limited(CREATE)
def manage(order_id: str) -> ResponseReturnValue:
    """Lead the buyer to Stripe's customer portal, and anybody else to the order."""
    page = f"/orders/{order_id}"
    if not (shop().manage_subscriptions and order_cookie.is_mine(order_id)):
        return redirect(at(page), SEE_OTHER)
    way_back = f"{settings().public_base_url}{page}"
    return redirect(use_cases().open_portal.open(order_id, return_url=way_back), SEE_OTHER)
