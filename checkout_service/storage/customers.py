"""The customer of an e-mail address: kept in its orders' own rows, so it goes with them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .buyers import buyer_of
from .tables import attempts, orders

BY_EMAIL = "by_email"  # in the options of an order whose buyer is to be known again
_SAID = f'"{BY_EMAIL}": true'  # as JSON writes it
_o, _a = orders.c, attempts.c


def kept_customer(connection: Connection, email: str, *, live: bool) -> str | None:
    """Name the customer of the newest order of this address that was to be kept.

    The address is the one the order was made with: what a buyer types into a page is anybody's.
    """
    kept = (
        select(_a.buyer)
        .join(orders, _o.id == _a.order_id)
        .where(_o.customer_email == email, _o.livemode == live, _a.buyer.is_not(None))
        .where(_o.options.contains(_SAID, autoescape=True))
        .order_by(_o.created_at.desc(), _o.id.desc(), _a.seq.desc())
    )
    for text in connection.execute(kept).scalars():
        customer = buyer_of(text).customer
        if customer is not None and customer.id is not None:
            return customer.id
    return None
