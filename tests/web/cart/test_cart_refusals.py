"""What a cart does not take, and who it says is to blame."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.errors import (
    DatabaseUnavailable,
    Fault,
    InvalidInput,
    OpenedWrong,
    StripeRejected,
    StripeUnavailable,
    UnknownToStripe,
)
from tests.pages.album.catalog import many
from tests.support.on_stage import app_on
from tests.support.stage import Stage, calling, writing
from tests.web.asserts import page
from tests.web.cart.forms import BIG, pay, put
from tests.web.catalog import CATALOG
from tests.web.conftest import MakeApp
from tests.web.test_pages import opened


def test_two_currencies_are_said_before_anybody_pays(client: FlaskClient, shop: Stage) -> None:
    put(client, "poster-usd")
    put(client, "cloth-jpy")

    text = page(client.get("/cart"))
    assert "different currencies" in text
    assert "Go to payment" not in text
    page(pay(client), 422)
    assert not opened(shop)


@pytest.mark.parametrize(
    ("price", "quantity"),
    [("nothing", "1"), ("", "1"), ("poster-usd\0", "1"), ("poster-usd", "0"),
     ("poster-usd", "-1"), ("poster-usd", "1.5"), ("poster-usd", "9" * 400),
     ("poster-usd", "\u0663"), ("poster-usd", "")],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused_and_the_cart_stays(
    client: FlaskClient, price: str, quantity: str
) -> None:
    put(client, "mug-usd")

    page(put(client, price, quantity), 422)

    assert "Cart (1)" in page(client.get("/"))


def test_there_is_an_end_to_what_one_cart_takes(client: FlaskClient) -> None:
    put(client, "mug-usd", "4")

    text = page(put(client, "mug-usd"), 422)

    assert "<bdi>Mug &lt;b&gt;</bdi>: Choose a quantity from 1 to 4." in text
    assert 'value="4"' in text


def test_a_cart_that_is_full_says_so(tmp_path: Path) -> None:
    with Stage(catalog=many(21)) as stage:
        client = app_on(stage, tmp_path).test_client()
        for number in range(20):
            assert put(client, f"p{number}-eur").status_code == 303

        text = page(put(client, "p20-eur"), 422)

    assert "No more of this fits into one order." in text
    assert "Cart (20)" in text


def test_when_stripe_fails_the_cart_is_still_there(client: FlaskClient, shop: Stage) -> None:
    put(client, "poster-usd")

    mend = shop.cuts(calling("POST", "/v1/checkout/sessions"), times=None)
    answer = pay(client)
    mend()

    assert "Poster" in page(answer, 503)
    assert answer.headers["Retry-After"]
    assert pay(client).status_code == 303
    assert len(opened(shop)) == 1


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (StripeUnavailable(), 503, "Stripe does not answer right now."),
        (StripeRejected("canary"), 502, "Stripe did not accept this order."),
        (UnknownToStripe(), 409, "Stripe did not accept this order."),
        (OpenedWrong("canary"), 502, "Stripe did not accept this order."),
        (DatabaseUnavailable(), 503, ">Nothing is lost."),
    ],
    ids=lambda v: type(v).__name__,
)
def test_the_cart_blames_whom_it_should(
    client: FlaskClient, shop: Stage, failure: Exception, status: int, words: str
) -> None:
    put(client, "poster-usd")

    mend = shop.fails(writing("begins"), failure)
    text = page(pay(client), status)
    mend()

    assert words in text
    assert "canary" not in text


def test_a_form_of_another_site_does_nothing(client: FlaskClient) -> None:
    answer = client.post(
        "/cart", data={"price": "poster-usd"}, headers={"Origin": "https://evil.example"}
    )

    page(answer, 403)


def test_who_sells_by_links_alone_has_no_cart(make_app: MakeApp) -> None:
    client = make_app(stripe_secret_key="rk_test_x", stripe_webhook_secret="").test_client()

    page(client.get("/cart"), 404)
    page(client.post("/cart/checkout"), 404)


@pytest.mark.parametrize("door", ["/cart/change", "/cart/checkout"])
@pytest.mark.parametrize("quantity", ["5", "999", "9999999", "-1", "1.5", "x", "", "2\0"])
def test_no_door_takes_a_quantity_above_the_limit_and_each_names_it(
    client: FlaskClient, shop: Stage, door: str, quantity: str
) -> None:
    put(client, "poster-usd")
    put(client, "mug-usd", "2")

    sent = {"price": ["poster-usd", "mug-usd"], "quantity": ["3", quantity]}
    text = page(client.post(door, data=sent), 422)

    assert text.count("Choose a quantity from 1 to 4.") == 1
    assert 'value="2"' in text
    assert "Cart (5)" in page(client.get("/cart"))  # the other line's change was kept
    assert opened(shop) == []


def test_a_cart_that_is_refused_always_says_why(tmp_path: Path) -> None:
    with Stage(catalog=CATALOG + BIG) as stage:
        client = app_on(stage, tmp_path).test_client()
        put(client, "yacht-usd", "999999")

        text = page(pay(client), 422)

    assert text.count("The total is more or less than can be paid here.") == 1
    assert 'value="999999"' in text


def test_the_cart_that_was_archived_at_the_last_moment_says_so(
    client: FlaskClient, shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, "poster-usd")
    wrong = InvalidInput([Fault("items.0.price", "this price cannot be bought right now")])

    mend = shop.fails(writing("begins"), wrong)
    text = page(pay(client), 422)
    mend()

    assert text.count("This cannot be bought right now.") == 1
