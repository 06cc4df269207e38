"""Payment Links for frontends: make a pending order, send the buyer away, poll its reference.

The reference is the buyer's only proof towards us, and no proof of a payment.
"""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from checkout_service.domain import ids
from checkout_service.web.context import use_cases
from checkout_service.web.http.limits import CREATE, POLL, admit_to_link, limited
from checkout_service.web.http.strict_json import refuse_body

from .idempotency import idempotent, order_nonce
from .responses import LinkOrder, LinkStanding
from .serialiser import order_object, tell

bp = APIBlueprint(
    "payment_links", __name__, url_prefix="/api/v1/payment-links", tag="Payment Links"
)


class PollQuery(BaseModel):
    """What a poll may carry; anything else in the address is let pass."""

    session_id: str | None = Field(
        None, description="what Stripe's redirect put into the address: `cs_...`"
    )


@bp.post("/<link>/orders")
@limited(CREATE)
@idempotent
@bp.output(LinkOrder, status_code=201)
def create_link_order(link: str) -> Response:
    """Make one pending order of a Payment Link; send the buyer to `url`."""
    refuse_body()
    start = use_cases().start_link
    admit_to_link(start.price_of(link))
    made = start.start(link, nonce=order_nonce() or ids.new_id("non"))
    body: dict[str, Any] = {
        "url": made.url,
        "client_reference_id": made.client_reference_id,
        "order": order_object(made.order),
    }
    return tell(body, 201)


@bp.get("/orders/<client_reference_id>")
@limited(POLL)
@bp.input(PollQuery, location="query", arg_name="query")
@bp.output(LinkStanding)
def poll_link_order(client_reference_id: str, query: PollQuery) -> Response:
    """Say how the order of a reference stands, looking at Stripe once for all who ask."""
    polled = use_cases().poll_link.poll(client_reference_id, query.session_id, source="poll")
    response = tell({"order": order_object(polled.order), "final": polled.order.final})
    if not polled.order.final:
        response.headers["Retry-After"] = str(polled.retry_after)
    return response
