"""Name every fault of a cart at once, also when its shape is wrong already.

The shape is checked before the catalog is asked, so a client with a misspelt field and an unknown
price would otherwise learn of the price only at its second try.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from apiflask import HTTPError
from flask import request

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.order.cart import MAX_LINES
from checkout_service.web.context import use_cases
from checkout_service.web.http.problems import faults_of

P = ParamSpec("P")
R = TypeVar("R")


def every_fault(view: Callable[P, R]) -> Callable[P, R]:
    """Add the catalog's faults to those of the shape; stands right above `input`."""

    @functools.wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return view(*args, **kwargs)
        except HTTPError as error:
            raise InvalidInput([*faults_of(error), *_of_items(request.get_json())]) from None

    return checked


def _of_items(body: dict[str, Any]) -> Iterator[Fault]:
    items = body.get("items")
    catalog = use_cases().list_products.catalog
    for place, item in enumerate(items[:MAX_LINES] if isinstance(items, list) else []):
        name, quantity = (
            (item.get("price"), item.get("quantity")) if isinstance(item, dict) else (None, None)
        )
        if not isinstance(name, str):
            continue
        price = catalog.price(name)
        if price is None:
            yield Fault(f"items.{place}.price", "there is no such price")
        elif type(quantity) is int and not 1 <= quantity <= price.max_quantity:
            yield Fault(f"items.{place}.quantity", f"must be from 1 to {price.max_quantity}")
