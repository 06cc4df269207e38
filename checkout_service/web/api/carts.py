"""A request's body becomes the domain's cart; the schemas say which fields a body may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.order.cart import Cart, CartItem, PricedItem
from checkout_service.domain.order.ledger import AUTOMATIC
from checkout_service.domain.session import HOSTED
from checkout_service.web.http.origins import with_session_id

from .requests import BY_EMAIL, CartBody, ChosenLine, CreateOrder, CreateSession, Item, PricedLine


def chosen(items: list[Item] | None) -> list[CartItem]:
    return [CartItem(item.price, item.quantity) for item in items or ()]


def cart_of(body: CartBody) -> Cart:
    """Make the cart of a buyer's choice from the catalog."""
    urls = body if isinstance(body, CreateSession) else None
    return _cart(body, chosen(body.items), urls)


def priced_cart_of(body: CreateOrder) -> Cart:
    """Make the cart that the merchant's backend priced. Raises InvalidInput."""
    of_intent = body.flow == "payment_intent"
    if of_intent:
        _refuse_words_of_a_page(body)
    by_email = body.customer == BY_EMAIL
    customer = None if by_email else body.customer
    return replace(
        _cart(body, [_line(item) for item in body.items], body),
        currency=body.currency,
        capture=body.capture or AUTOMATIC,
        session={} if of_intent else _session(body, customer),
        customer=customer if of_intent else None,
        by_email=by_email,
    )


def _line(item: ChosenLine | PricedLine) -> CartItem | PricedItem:
    bounds = item.adjustable_quantity.bounds if item.adjustable_quantity else None
    if isinstance(item, ChosenLine):
        return CartItem(item.price, item.quantity, bounds)
    return PricedItem(
        item.name, item.unit_amount, item.currency, item.quantity, bounds, item.tax_behavior
    )


def _refuse_words_of_a_page(body: CreateOrder) -> None:
    """Refuse what only Stripe's page can be told, by the name that it was sent under."""
    sent = (name for name in ("session", "discounts") if getattr(body, name))
    if faults := [Fault(name, "it belongs to the flow checkout_session") for name in sent]:
        raise InvalidInput(faults)


def _session(body: CreateOrder, customer: str | None) -> dict[str, object]:
    """Join what is handed through to Stripe's page, the words of our own among it."""
    named = body.model_dump(include={"discounts"}, exclude_none=True)
    whose = {} if customer is None else {"customer": customer}
    return {**(body.session or {}), **named, **whose}


def _cart(
    body: CartBody | CreateOrder,
    items: Sequence[CartItem | PricedItem],
    urls: CreateSession | CreateOrder | None,
) -> Cart:
    back = (urls.return_url or urls.success_url) if urls else None
    return Cart(
        items=items,
        mode=body.mode,
        success_url=None if back is None else with_session_id(back),
        cancel_url=urls.cancel_url if urls else None,
        customer_email=body.customer_email,
        client_reference_id=body.client_reference_id,
        metadata=body.metadata or {},
        locale=body.locale,
        allow_promotion_codes=bool(body.allow_promotion_codes),
        ui_mode=(urls and urls.ui_mode) or HOSTED,
        redirect_on_completion=urls.redirect_on_completion if urls else None,
    )
