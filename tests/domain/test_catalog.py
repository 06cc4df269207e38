"""The catalog's file, read whole, and carts of what recurs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checkout_service.domain.catalog import Catalog, load_catalog
from checkout_service.domain.errors import BadCatalog, InvalidInput
from checkout_service.domain.order.cart import Cart, CartItem, mode_of, price_lines
from checkout_service.domain.ports.prices import PriceView

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "merchant" / "catalog.md"
PRICE = """
[[products]]
id = "almanac"
name = "Almanac"
[[products.prices]]
id = "monthly"
currency = "eur"
unit_amount = 900
recurring = {every}
[[products.prices]]
id = "binder"
currency = "eur"
unit_amount = 500
"""


def load(folder: Path, text: str) -> Catalog:
    path = folder / "catalog.toml"
    path.write_text(text)
    return load_catalog(path)


def not_asked(_name: str) -> PriceView:
    raise AssertionError("no price of Stripe's is in the cart")


def test_the_document_says_nothing_the_service_would_refuse(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)

    catalog = load(tmp_path, "\n".join(blocks))

    assert catalog.options.adjustable("usd", "payment") == {"discount", "tax", "shipping"}
    assert catalog.link("donation") is not None


@pytest.mark.parametrize(
    ("every", "fault"),
    [
        ('"month"', "an interval of day, week, month or year is needed"),
        ('{ interval = "fortnight" }', "an interval of day, week, month or year is needed"),
        ('{ interval = "month", interval_count = 0 }', "interval_count: a whole number from 1"),
        ('{ interval = "month", interval_count = "2" }', "interval_count: a whole number from 1"),
        ('{ interval = "month", interval_count = true }', "interval_count: a whole number from 1"),
    ],
)
def test_a_price_that_recurs_says_how_often(tmp_path: Path, every: str, fault: str) -> None:
    with pytest.raises(BadCatalog, match=fault):
        load(tmp_path, PRICE.replace("{every}", every))


def test_a_payment_link_cannot_take_the_address_of_the_way_back(tmp_path: Path) -> None:
    link = '[[payment_links]]\nid = "return"\nurl = "https://buy.stripe.com/x"\n'
    link += 'stripe_payment_link = "plink_x"\nprice = "binder"\n'

    with pytest.raises(BadCatalog, match="no payment link can have this id"):
        load(tmp_path, PRICE.replace("{every}", '{ interval = "month" }') + link)


def test_what_recurs_makes_a_subscription_of_twenty_such_items_at_most(tmp_path: Path) -> None:
    catalog = load(tmp_path, PRICE.replace("{every}", '{ interval = "month" }'))

    def lines(recurring: int, other: int) -> str:
        items = [CartItem("monthly", 1)] * recurring + [CartItem("binder", 1)] * other
        return mode_of(price_lines(Cart(items), catalog, not_asked))

    assert lines(0, 21) == "payment"
    assert lines(20, 20) == "subscription"
    for recurring, other in ((21, 0), (1, 21)):
        with pytest.raises(InvalidInput) as refusal:
            lines(recurring, other)
        assert [fault.loc for fault in refusal.value.faults] == ["items"]


def test_two_lines_are_no_way_around_the_quantity_of_a_price(tmp_path: Path) -> None:
    catalog = load(tmp_path, PRICE.replace("{every}", '{ interval = "month" }'))

    def buys(*counts: int) -> None:
        price_lines(Cart([CartItem("binder", count) for count in counts]), catalog, not_asked)

    buys(60, 39)
    with pytest.raises(InvalidInput) as refusal:
        buys(60, 39, 1)
    assert [fault.loc for fault in refusal.value.faults] == ["items.2.quantity"]


@pytest.mark.parametrize(
    ("what", "words"), [("deep", "nested too deep"), ("folder", "cannot be read")]
)
def test_a_file_that_cannot_be_read_is_one_message(tmp_path: Path, what: str, words: str) -> None:
    path = tmp_path / "catalog.toml"
    if what == "deep":
        path.write_text("a=" + "[" * 100_000)
    else:
        path.mkdir()

    with pytest.raises(BadCatalog, match=words):
        load_catalog(path)
