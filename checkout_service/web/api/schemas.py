"""What lies between the fields of a body, as its JSON schema says it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from checkout_service.domain.session import ELEMENTS, EMBEDDED, FORM, NEVER
from checkout_service.web.context import use_cases

Schema = dict[str, Any]

OF_A_PAGE = ("success_url", "cancel_url", "ui_mode", "return_url", "redirect_on_completion")


def of_the_catalog(item: Schema) -> None:
    """Name the prices there are, and how many of each one order may have."""
    catalog = use_cases().list_products.catalog
    prices = sorted(
        (price for product in catalog.products for price in product.prices),
        key=lambda price: price.max_quantity,
    )
    item["anyOf"] = [
        {
            "properties": {
                "price": {"enum": [price.id for price in alike]},
                "quantity": {"minimum": 1, "maximum": most},
            }
        }
        for most, alike in groupby(prices, key=lambda price: price.max_quantity)
    ]


def items_or(*fields: str) -> Callable[[Schema], None]:
    """Say that a cart has items, and that an order to try again has these fields alone."""

    def say(body: Schema) -> None:
        body["oneOf"] = [
            {"required": ["items"], "not": {"required": ["order"]}},
            {"required": ["order"], "propertyNames": {"enum": list(fields)}},
        ]

    return say


def of_session(body: Schema) -> None:
    """Say what lies between the fields of a cart that a session is opened for."""
    items_or("order")(body)
    body["allOf"] = _ways_back()


def of_order(body: Schema) -> None:
    """Say what lies between the fields of a cart that the backend priced.

    Its PaymentIntent has no page of ours. An order of no amount has a currency and no items, and
    any other has items.
    """
    intents = {"properties": {"flow": {"const": "payment_intent"}}, "required": ["flow"]}
    of_intents = {"if": intents, "then": _nothing_of(*OF_A_PAGE)}
    by_email = {
        "if": _with("customer", {"const": "by_email"}),
        "then": {"required": ["customer_email"], **_text("customer_email")},
    }
    body["allOf"] = [_saves_or_sells(), of_intents, by_email, *_ways_back()]


def _saves_or_sells() -> Schema:
    return {
        "if": {"properties": {"mode": {"const": "setup"}}, "required": ["mode"]},
        "then": {
            "required": ["currency"],
            "properties": {
                "currency": {"type": "string"},
                "flow": {"const": "checkout_session"},
                "items": {"maxItems": 0},
                "capture": {"enum": ["automatic", None]},
            },
        },
        "else": {
            "required": ["items"],
            "properties": {"items": {"minItems": 1}, "currency": {"type": "null"}},
        },
    }


def _ways_back() -> list[Schema]:
    """Say which fields go with which ui_mode."""
    own = {"enum": [EMBEDDED, ELEMENTS, FORM]}
    stays = _with("redirect_on_completion", {"const": NEVER})
    embedded = _with("ui_mode", {"const": EMBEDDED})
    return [
        {
            "if": _with("ui_mode", own),
            "then": _nothing_of("success_url", "cancel_url"),
            "else": _nothing_of("return_url"),
        },
        {"if": embedded, "else": _nothing_of("redirect_on_completion")},
        {"if": stays, "then": _nothing_of("return_url")},
    ]


def _with(name: str, value: Schema) -> Schema:
    return {"properties": {name: value}, "required": [name]}


def _text(name: str) -> Schema:
    return {"properties": {name: {"type": "string"}}}


def _nothing_of(*names: str) -> Schema:
    return {"properties": {name: {"type": "null"} for name in names}}
