"""One product on a page of its own: a link from anywhere, and no order until it is pressed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Stage
from tests.web.asserts import page
from tests.web.conftest import MakeApp
from tests.web.test_pages import opened, token_of


def test_a_link_shows_the_product_and_makes_no_order(client: FlaskClient, shop: Stage) -> None:
    text = page(client.get("/buy/poster-usd?quantity=3"))

    assert "Poster" in text
    assert "$25.00" in text
    assert 'name="quantity" value="3"' in text
    assert "Furoshiki" not in text
    assert shop.calls() == []


def test_pressing_its_button_leads_to_stripe(client: FlaskClient, shop: Stage) -> None:
    token = token_of(client.get("/buy/poster-usd").text)

    answer = client.post("/checkout", data={"price": "poster-usd", "quantity": "2", "token": token})

    (call,) = opened(shop)
    assert answer.headers["Location"] == call.answer["url"]
    assert call.params["line_items[0][quantity]"] == "2"


def test_of_a_product_with_several_prices_only_the_one_asked_for_is_sold(
    client: FlaskClient,
) -> None:
    text = page(client.get("/buy/almanac-year"))

    assert "€90.00 per year" in text
    assert "per month" not in text


@pytest.mark.parametrize("price", ["nothing", "poster-usd%00", "%2e%2e%2fadmin", "a" * 3_000, "ü"])
def test_what_is_not_sold_has_no_page(client: FlaskClient, price: str) -> None:
    page(client.get(f"/buy/{price}"), 404)


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "many", "", "9" * 400, "٣", "21"])
def test_a_quantity_that_cannot_be_bought_is_refused_in_words(
    client: FlaskClient, quantity: str
) -> None:
    assert "Choose a quantity from 1 to 20." in page(
        client.get("/buy/poster-usd", query_string={"quantity": quantity}), 422
    )


def test_who_sells_by_links_alone_has_no_such_page(make_app: MakeApp) -> None:
    client = make_app(stripe_secret_key="rk_test_x", stripe_webhook_secret="").test_client()

    page(client.get("/buy/poster-usd"), 404)


def test_the_script_for_other_sites_may_be_read_anywhere_and_is_asked_for_again(
    client: FlaskClient,
) -> None:
    with client.get("/static/checkout.js") as ours, client.get("/static/poll.js") as other:
        assert ours.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert ours.headers["Cache-Control"] == "max-age=600, public"
        assert other.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "immutable" in other.headers["Cache-Control"]
