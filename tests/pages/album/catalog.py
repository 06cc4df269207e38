"""What the shops of the album sell: the paper shop, with everything that a page can show."""

from __future__ import annotations

from tests.support.paper_shop import PRODUCTS, SHOP

SUBSCRIPTION = """
[[products]]
id = "yearbook"
name = "Yearbook"
description = "Twelve months, each with its own picture"
[[products.prices]]
id = "yearbook-monthly"
currency = "eur"
unit_amount = 900
recurring = { interval = "month" }
[[products.prices]]
id = "yearbook-yearly"
currency = "eur"
unit_amount = 9000
recurring = { interval = "year" }
"""
CLOTH = """
[[products]]
id = "cloth"
name = "Furoshiki"
description = "Wrapping cloth, 70 cm, indigo"
[[products.prices]]
id = "cloth-jpy"
currency = "jpy"
unit_amount = 1800
max_quantity = 10
"""
LINK = """
[[payment_links]]
id = "pair"
name = "A pair of posters"
url = "{stripe}/b/test_pair"
stripe_payment_link = "plink_pair"
price = "poster-usd"
quantity = 2
"""
SHIPS = """
[checkout]
promotion_codes = true
automatic_tax = true
tax_behavior = "exclusive"
shipping_countries = ["DE", "JP"]
[[checkout.shipping_options]]
name = "Post"
currency = "usd"
amount = 490
"""
INVOICED = "[checkout.session]\ninvoice_creation = { enabled = true }\n"
PAPER = (
    SHIPS
    + INVOICED
    + SHOP
    + "manage_subscriptions = true\n"
    + PRODUCTS
    + SUBSCRIPTION
    + CLOTH
    + LINK
)

ONE = """
[[products]]
id = "print"
name = "Print"
[[products.prices]]
id = "print-usd"
currency = "usd"
unit_amount = 2500
"""
NAMES = ("Poster", "Print of a heron at dawn", "Cup", "Tea bowl, wood-fired, no two alike", "Card")
KINDS = ("Paper", "Stoneware", "Books", "Gifts")


def many(count: int) -> str:
    """Write a catalog of so many products, in four categories."""
    return "".join(
        f'[[products]]\nid = "p{n}"\nname = "{NAMES[n % 5]} {n}"\ncategory = "{KINDS[n % 4]}"\n'
        f'description = "{"A2, matte" if n % 2 else ""}"\n[[products.prices]]\nid = "p{n}-eur"\n'
        f'currency = "eur"\nunit_amount = {900 + 350 * n}\n'
        for n in range(count)
    )
