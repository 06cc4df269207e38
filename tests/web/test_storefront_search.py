"""The storefront of a shop with much to sell: searched by words, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import page

NAMES = ["Café au lait bowl", "Teapot", "Sieve", *(f"Cup no. {number}" for number in range(57))]
CATEGORIES = ["Bowls & pots", "Cups"]
PRODUCT = """
[[products]]
id = "thing-{at}"
name = "{name}"
category = "{category}"
description = "Stoneware, glazed"
[[products.prices]]
id = "price-{at}"
currency = "eur"
unit_amount = 1450
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    catalog = "".join(
        PRODUCT.format(at=at, name=name, category=CATEGORIES[name.startswith("Cup")])
        for at, name in enumerate(NAMES)
    )
    with Stage(catalog=catalog) as stage:
        yield app_on(stage, tmp_path).test_client()


def shown(text: str) -> list[str]:
    return re.findall(r"<h2[^>]*><bdi>([^<]+)</bdi>", text)


def test_a_large_shop_can_be_searched(client: FlaskClient) -> None:
    for words, found in {
        "CAFE": NAMES[:1],
        "glazed bowl": NAMES[:1],
        "  sieve ": ["Sieve"],
        "teapot sieve": [],
        "5 cup": [name for name in NAMES if "5" in name],
    }.items():
        text = page(client.get("/", query_string={"q": words}))
        assert shown(text) == found
        assert 'type="search"' in text
        assert "Show everything" in text
        assert ("Nothing here matches your search." in text) is (found == [])


def test_of_much_the_first_is_shown_and_all_of_it_to_whoever_asks(client: FlaskClient) -> None:
    first = page(client.get("/"))

    assert shown(first) == NAMES[:24]
    assert len(first.encode()) < 40_000
    (more,) = re.findall(r'<a href="([^"]+)"[^>]*>Show everything', first)
    everything = page(client.get(more))
    assert shown(everything) == NAMES
    assert "Show everything" not in everything


def test_what_is_searched_for_is_shown_as_text(client: FlaskClient) -> None:
    for words in ('"><script>alert(1)</script>', "%s{0}\0" * 90, "\u202e\ud7ff"):
        text = page(client.get("/", query_string={"q": words}))
        assert "<script" not in text
        assert shown(text) == []


def test_a_small_shop_is_seen_at_a_glance(stage: Stage, tmp_path: Path) -> None:
    client = app_on(stage, tmp_path).test_client()

    assert 'type="search"' not in page(client.get("/"))


def test_a_large_shop_is_seen_by_category(client: FlaskClient) -> None:
    first = page(client.get("/"))
    ways = re.findall(r'<li><a href="([^"]+)"[^>]*><bdi>([^<]+)</bdi></a></li>', first)

    assert [unescape(name) for _, name in ways] == CATEGORIES
    assert shown(page(client.get(unescape(ways[0][0])))) == NAMES[:3]
    cups = page(client.get(unescape(ways[1][0])))
    assert shown(cups) == NAMES[3:]
    assert cups.count('aria-current="page"') == 1


@pytest.mark.parametrize("name", ["Plates", '"><script>', "", "\0", "Cups\ud800"])
def test_a_category_that_nobody_has_shows_the_shop(client: FlaskClient, name: str) -> None:
    text = page(client.get("/", query_string=f"category={quote(name, errors='replace')}"))

    assert shown(text) == NAMES[:24]
    assert "<script" not in text
