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
        assert shown(text) == found[:24]
        assert 'type="search"' in text
        assert "Show everything" in text
        assert ("Nothing here matches your search." in text) is (found == [])


def pages(client: FlaskClient, path: str) -> list[list[str]]:
    """Go on from page to page; return what each shows."""
    seen = []
    for _ in range(9):
        text = page(client.get(path))
        assert len(text.encode()) < 40_000
        seen.append(shown(text))
        found = re.search(r'<a class="button" href="([^"]+)">Show more', text)
        if found is None:
            return seen
        path = unescape(found[1])
    raise AssertionError("it never ends")


def test_much_is_shown_a_page_at_a_time(client: FlaskClient) -> None:
    assert pages(client, "/") == [NAMES[:24], NAMES[24:48], NAMES[48:]]
    assert "Back to the start" in page(client.get("/?page=3"))


def test_a_search_and_a_category_go_on_as_well(client: FlaskClient) -> None:
    cups = NAMES[3:]

    for narrowed in ("/?q=cup+stoneware", "/?category=Cups"):
        assert pages(client, narrowed) == [cups[:24], cups[24:48], cups[48:]]


@pytest.mark.parametrize("number", ["0", "-1", "x", "4", "9" * 99, "\u0663", ""])
def test_a_page_that_is_none_is_the_first(client: FlaskClient, number: str) -> None:
    assert shown(page(client.get("/", query_string={"page": number}))) == NAMES[:24]


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
    assert shown(cups) == NAMES[3:27]
    assert cups.count('aria-current="page"') == 1


@pytest.mark.parametrize("name", ["Plates", '"><script>', "", "\0", "Cups\ud800"])
def test_a_category_that_nobody_has_shows_the_shop(client: FlaskClient, name: str) -> None:
    text = page(client.get("/", query_string=f"category={quote(name, errors='replace')}"))

    assert shown(text) == NAMES[:24]
    assert "<script" not in text
