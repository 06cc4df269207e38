"""The catalog's words about the merchant: read strictly, and legible on every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checkout_service.domain.catalog import Catalog, load_catalog
from checkout_service.domain.catalog.colors import DARK, LEAST_CONTRAST, LIGHT, contrast
from checkout_service.domain.errors import BadCatalog

STYLE = Path(__file__).resolve().parents[2] / "checkout_service" / "static" / "style.css"
PRODUCT = '[[products]]\nid = "mug"\nname = "Mug"\n'
PRICE = '[[products.prices]]\nid = "mug-eur"\ncurrency = "eur"\nunit_amount = 1450\n'
LINK = (
    '[[payment_links]]\nid = "donation"\nurl = "https://buy.stripe.com/x"\n'
    'stripe_payment_link = "plink_x"\nprice = "mug-eur"\n'
)


def load(folder: Path, text: str) -> Catalog:
    path = folder / "catalog.toml"
    path.write_text(text)
    return load_catalog(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(BadCatalog) as refused:
        load(folder, text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[shopp]\nname = "x"', "shopp: there is no such key; did you mean shop?"),
        ('name = "x"', "name: there is no such key; there are checkout, payment_links, products"),
        ('[shop]\nacent_color = "#0f6b5c"', "shop.acent_color: there is no such key; did you mean"),
        ("[checkout]\npromotion_code = true", "did you mean promotion_codes?"),
        (
            '[[checkout.shipping_options]]\nname = "Post"\ncurrency = "eur"\namout = 7',
            "checkout.shipping_options.amout: there is no such key; did you mean amount?",
        ),
        (
            f"{PRODUCT}image = []\n",
            "products.mug.image: there is no such key; did you mean images?",
        ),
        (f"{PRODUCT}{PRICE}max = 3\n", "prices.mug-eur.max: there is no such key"),
        (
            f'{PRODUCT}{PRICE}recurring = {{ interval = "month", count = 2 }}\n',
            "mug-eur.recurring.count: there is no such key",
        ),
        (f"{PRODUCT}{PRICE}{LINK}quantities = 2\n", "did you mean quantity?"),
    ],
)
def test_a_word_nobody_reads_stops_the_start(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("name = 3", "shop.name: a text of 1 to 60 characters is needed"),
        ('name = " "', "shop.name: a text"),
        ('name = "a\\u0007b"', "shop.name: holds a control character"),
        ('support_email = "nobody"', "shop.support_email: an address"),
        ('url = "shop.example"', "shop.url: an address such as https://"),
        ('logo = "http://shop.example/logo.png"', "shop.logo: an address"),
        ('terms_url = "https://a@b.example/"', "shop.terms_url: an address"),
        ('imprint_url = "javascript:alert(1)"', "shop.imprint_url: an address"),
        ('time_zone = "Europe/Berlim"', "shop.time_zone: Europe/Berlim is no zone"),
        ('time_zone = "../etc/passwd"', "shop.time_zone"),
        ('storefront = "no"', "shop.storefront: true or false"),
        ("manage_subscriptions = 1", "shop.manage_subscriptions: true or false"),
        ('accent_color = "teal"', "shop.accent_color: teal is no colour"),
        ('accent_color = { light = "#0f6b5c" }', 'shop.accent_color: "#0f6b5c", or { light'),
    ],
)
def test_what_is_wrong_about_the_shop_is_named(tmp_path: Path, line: str, told: str) -> None:
    assert told in refusal(tmp_path, f"[shop]\n{line}\n")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('images = "https://cdn.example/mug.png"', "products.mug.images: a list of 8 addresses"),
        ('images = ["ftp://cdn.example/mug.png"]', "products.mug.images: an address"),
        (f"images = {['https://cdn.example/1.png'] * 9}", "a list of 8 addresses at most"),
        ('tax_code = "books"', "products.mug.tax_code: one of Stripe's"),
        ('unit_label = "thirteen long"', "products.mug.unit_label: a text of 1 to 12"),
        ("thank_you = ''", "products.mug.thank_you: a text"),
        ("category = 7", "products.mug.category: a text"),
    ],
)
def test_what_is_wrong_about_a_product_is_named(tmp_path: Path, line: str, told: str) -> None:
    assert told in refusal(tmp_path, f"{PRODUCT}{line}\n{PRICE}")


def test_a_link_may_be_adjusted_by_what_the_money_guard_knows(tmp_path: Path) -> None:
    catalog = load(tmp_path, f'{PRODUCT}{PRICE}{LINK}adjustable = ["tax"]\nname = "Give"\n')

    link = catalog.link("donation")
    assert link is not None
    assert (link.name, link.adjustable) == ("Give", frozenset(("tax",)))
    wrong = refusal(tmp_path, f'{PRODUCT}{PRICE}{LINK}adjustable = ["quantity"]\n')
    assert "donation.adjustable: a list of discount, tax, shipping is needed" in wrong


def test_pictures_come_from_exactly_the_origins_that_are_named(tmp_path: Path) -> None:
    images = 'images = ["https://cdn.example/a.png", "http://127.0.0.1:9/b.png"]\n'
    shop = '[shop]\nlogo = "https://SHOP.example:443/logo.svg"\n'

    catalog = load(tmp_path, shop + PRODUCT + images + PRICE)

    origins = ("http://127.0.0.1:9", "https://cdn.example", "https://shop.example")
    assert catalog.image_origins == origins


def test_the_pages_colours_are_those_of_the_style_sheet() -> None:
    style = STYLE.read_text("utf-8")
    pages = re.findall(r"--pico-background-color: (#\w+);", style)
    cards = [card.replace("#fff", "#ffffff") for card in re.findall(r"--surface: (#\w+);", style)]

    assert [(pages[0], cards[0]), (pages[1], cards[1])] == [LIGHT, DARK]


@pytest.mark.parametrize("color", ["#0f6b5c", "#0000cc", "#000000", "#7A1020"])
def test_one_colour_is_made_legible_on_the_dark_page(tmp_path: Path, color: str) -> None:
    accent = load(tmp_path, f'[shop]\naccent_color = "{color}"\n').shop.accent

    assert accent is not None
    assert accent.light == color.lower()
    assert min(contrast(accent.dark, surface) for surface in DARK) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("value", "page"),
    [
        ('"#ffcc00"', "light"),
        ('{ light = "#cccccc", dark = "#ffffff" }', "light"),
        ('{ light = "#0f6b5c", dark = "#0f6b5c" }', "dark"),
    ],
)
def test_a_colour_nobody_can_read_is_refused_with_one_that_can_be(
    tmp_path: Path, value: str, page: str
) -> None:
    told = refusal(tmp_path, f"[shop]\naccent_color = {value}\n")

    found = re.search(rf"on the {page} page, 4.5 is needed; (#\w+) has it", told)
    assert found is not None
    surfaces = LIGHT if page == "light" else DARK
    assert min(contrast(found[1], surface) for surface in surfaces) >= LEAST_CONTRAST
