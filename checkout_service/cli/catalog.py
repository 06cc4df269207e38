"""`flask catalog`: what is for sale, as buyers are charged for it."""

from __future__ import annotations

from collections.abc import Mapping

import click

from .context import for_people, json_option, use_cases
from .printing import amount, plain, print_json, print_table


@click.command("catalog")
@json_option
@for_people
def catalog(*, as_json: bool) -> None:
    """List products and prices, with amounts from the catalog or from Stripe."""
    products = use_cases().list_products.list()
    if as_json:
        print_json({"data": [plain(product) for product in products]})
        return
    print_table(
        ("PRODUCT", "NAME", "PRICE", "AMOUNT", "EVERY", "MOST"),
        (
            (
                product.id,
                product.name,
                tag.id,
                amount(tag.unit_amount, tag.currency),
                _every(tag.recurring),
                tag.max_quantity,
            )
            for product in products
            for tag in product.prices
        ),
    )


def _every(recurring: Mapping[str, str | int] | None) -> str | None:
    if recurring is None:
        return None
    count, unit = recurring.get("interval_count", 1), recurring["interval"]
    return f"{unit}" if count == 1 else f"{count} {unit}s"
