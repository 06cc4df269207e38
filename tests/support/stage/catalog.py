"""What the stage's shop sells, and the Payment Links it sells by."""

from __future__ import annotations

LINKED = "linked-usd"
"""The price whose amount is Stripe's to tell; it may be sold by a link as well."""

# What each link sells: price, name, minor units of the currency, quantity.
LINKS = {
    "print": ("print-usd", "Print", 2500, "usd", 1),
    "pair": ("print-usd", "Print", 2500, "usd", 2),
    "tower": ("tower-usd", "Tower", 250_000, "usd", 1),
    "mug": ("mug-eur", "Mug", 1450, "eur", 1),
}
STRIPE_PRICE_AMOUNT = 3100

_PRICES = {
    "poster-usd": ("Poster", 2500, "usd"),
    "cloth-jpy": ("Furoshiki", 1800, "jpy"),
    **{price: (name, amount, currency) for price, name, amount, currency, _ in LINKS.values()},
}


def plink(link: str) -> str:
    return f"plink_{link}"


def catalog_text() -> str:
    """Write the catalog; `{stripe}` and `{stripe_price}` in it are filled in by the stage."""
    text = ""
    for price, (name, amount, currency) in _PRICES.items():
        text += _product(name, price) + f'currency = "{currency}"\nunit_amount = {amount}\n'
    text += _product("Almanac", LINKED) + 'stripe_price = "{stripe_price}"\n'
    for link, (price, *_, quantity) in LINKS.items():
        text += f'[[payment_links]]\nid = "{link}"\nurl = "{{stripe}}/b/test_{link}"\n'
        text += f'stripe_payment_link = "{plink(link)}"\n'
        text += f'price = "{price}"\nquantity = {quantity}\n'
    return text


def _product(name: str, price: str) -> str:
    return (
        f'[[products]]\nid = "{price.split("-", maxsplit=1)[0]}"\nname = "{name}"\n'
        f'[[products.prices]]\nid = "{price}"\nmax_quantity = 20\n'
    )
