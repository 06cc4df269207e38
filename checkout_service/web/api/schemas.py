"""What lies between the fields of a body, as its JSON schema says it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from checkout_service.web.context import use_cases

Schema = dict[str, Any]


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


def of_an_order(body: Schema) -> None:
    """Say that an order of no amount has a currency and no items, and any other has items."""
    _urls_need_a_page(body)
    saves = {"properties": {"mode": {"const": "setup"}}, "required": ["mode"]}
    body["allOf"] = [
        {
            "if": saves,
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
    ]


def _urls_need_a_page(body: Schema) -> None:
    """Say that the buyer of a PaymentIntent is sent nowhere by us."""
    nowhere = {name: {"type": "null"} for name in ("success_url", "cancel_url")}
    body["if"] = {"properties": {"flow": {"const": "payment_intent"}}, "required": ["flow"]}
    body["then"] = {"properties": nowhere}
