"""The catalog's Payment Links: made at Stripe, named here with the price they must charge."""

from __future__ import annotations

from collections.abc import Mapping

from .catalog import PaymentLink
from .fields import number_of, text_of


def read_payment_link(item: Mapping[str, object], faults: list[str]) -> PaymentLink:
    return PaymentLink(
        id=text_of(item, "id", faults, None),
        url=text_of(item, "url", faults, None),
        stripe_payment_link=text_of(item, "stripe_payment_link", faults, None),
        price=text_of(item, "price", faults, None),
        quantity=number_of(item, "quantity", faults, 1),
    )
