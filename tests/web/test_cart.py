"""Several things in one order, by forms alone: chosen, counted, paid for together, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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
from tests.web.catalog import CATALOG
from tests.web.conftest import MakeApp
from tests.web.test_pages import opened

MUG = """
[[products]]
id = "mug"
name = "Mug <b>"
[[products.prices]]
id = "mug-usd"
currency = "usd"
unit_amount = 1450
max_quantity = 4
[[products.prices]]
id = "mug-eur"
currency = "eur"
unit_amount = 1400
max_quantity = 4
"""


@pytest.fixture
def shop() -> Iterator[Stage]:
    with Stage(catalog=CATALOG + MUG) as stage:
        yield stage


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app().test_client()


def put(client: FlaskClient, price: str, quantity: str = "1") -> TestResponse:
    return client.post("/cart", data={"price": price, "quantity": quantity})


def pay(client: FlaskClient, **form: str) -> TestResponse:
    return client.post("/cart/checkout", data=form)


def test_what_is_chosen_is_counted_and_made_no_order(client: FlaskClient, shop: Stage) -> None:
    assert put(client, "poster-usd").headers["Location"] == "/cart"
    put(client, "mug-usd", "2")
    put(client, "poster-usd", "2")

    text = page(client.get("/cart"))
    assert 'value="3"' in text
    assert "Mug &lt;b&gt;" in text
    assert "$104.00" in text  # three at 25 and two at 14.50
    assert "Cart (5)" in page(client.get("/"))
    assert shop.calls() == []


def test_all_of_it_is_one_order_however_often_the_button_is_pressed(
    client: FlaskClient, shop: Stage
) -> None:
    put(client, "poster-usd", "2")
    put(client, "mug-usd")

    first, second = pay(client), pay(client)

    (call,) = opened(shop)
    assert first.status_code == 303
    assert first.headers["Location"] == second.headers["Location"] == call.answer["url"]
    assert call.answer["amount_total"] == 6450
    assert [call.params[f"line_items[{n}][quantity]"] for n in (0, 1)] == ["2", "1"]


def test_quantities_that_were_changed_and_not_saved_count(client: FlaskClient, shop: Stage) -> None:
    put(client, "poster-usd")
    put(client, "mug-usd")

    client.post("/cart/checkout", data={"price": ["poster-usd", "mug-usd"], "quantity": ["4", "0"]})

    (call,) = opened(shop)
    assert call.answer["amount_total"] == 10_000


def test_a_line_is_taken_out_and_an_empty_cart_is_forgotten(client: FlaskClient) -> None:
    put(client, "poster-usd")
    put(client, "mug-usd")

    client.post("/cart/change", data={"remove": "poster-usd"})
    assert "Poster" not in page(client.get("/cart"))
    answer = client.post("/cart/change", data={"price": "mug-usd", "quantity": "0"})

    assert "cart=;" in answer.headers["Set-Cookie"]
    assert "There is nothing in it yet." in page(client.get("/cart"))
    assert pay(client).headers["Location"] == "/cart"


def test_a_cart_that_is_paid_is_empty_and_one_that_was_left_is_not(
    client: FlaskClient, shop: Stage
) -> None:
    put(client, "poster-usd")
    pay(client)
    session = opened(shop)[0].answer["id"]
    client.get(f"/checkout/success?session_id={session}")
    assert "Poster" in page(client.get("/cart"))

    shop.pays(session)
    shop.delivers()
    assert 'data-state="paid"' in page(client.get(f"/checkout/success?session_id={session}"))

    assert "There is nothing in it yet." in page(client.get("/cart"))


def test_another_purchase_leaves_the_cart_alone(client: FlaskClient, shop: Stage) -> None:
    put(client, "mug-usd")
    client.post("/checkout", data={"price": "poster-usd", "quantity": "1"})
    session = opened(shop)[0].answer["id"]
    shop.pays(session)

    client.get(f"/checkout/success?session_id={session}")

    assert "Mug" in page(client.get("/cart"))


def test_a_cart_that_was_paid_in_another_tab_leads_to_its_order(
    client: FlaskClient, shop: Stage
) -> None:
    put(client, "poster-usd")
    pay(client)
    call = opened(shop)[0]
    shop.pays(call.answer["id"])
    shop.delivers()

    answer = pay(client)

    assert answer.headers["Location"] == f"/orders/{call.params['metadata[order_id]']}"
    assert "There is nothing in it yet." in page(client.get("/cart"))


def test_a_cart_that_was_changed_is_still_one_order_with_one_page_to_pay(
    client: FlaskClient, shop: Stage
) -> None:
    put(client, "poster-usd")
    pay(client)
    put(client, "mug-usd")

    pay(client)

    old, new = (call.answer for call in opened(shop))
    assert old["metadata"]["order_id"] == new["metadata"]["order_id"]
    assert shop.stripe("GET", f"/v1/checkout/sessions/{old['id']}")["status"] == "expired"
    assert new["amount_total"] == 2500 + 1450


def test_a_cart_whose_money_is_on_its_way_is_not_sold_twice(
    client: FlaskClient, shop: Stage
) -> None:
    put(client, "mug-eur")
    pay(client)
    call = opened(shop)[0]
    shop.pays(call.answer["id"], "AT611904300234573201")
    put(client, "mug-eur")

    answer = pay(client)

    assert answer.headers["Location"] == f"/orders/{call.params['metadata[order_id]']}"
    assert len(opened(shop)) == 1


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


@pytest.mark.parametrize("cookie", ["x", "W10.a.b", "\u00fc", "a" * 4_000])
def test_a_cookie_that_is_not_ours_is_an_empty_cart(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("cart", cookie)

    assert "There is nothing in it yet." in page(client.get("/cart"))


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


def test_the_page_that_empties_the_cart_shows_none(client: FlaskClient, shop: Stage) -> None:
    put(client, "poster-usd", "2")
    pay(client)
    (call,) = opened(shop)
    back = f"/checkout/success?session_id={call.answer['id']}"
    assert "Cart (2)" in page(client.get(back))

    shop.pays(call.answer["id"])
    shop.delivers()

    assert "Cart (" not in page(client.get(back))


BIG = """
[[products]]
id = "yacht"
name = "Yacht"
[[products.prices]]
id = "yacht-usd"
currency = "usd"
unit_amount = 99999999
max_quantity = 999999
"""


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


def test_what_is_due_again_stands_below_the_total(tmp_path: Path) -> None:
    monthly = BIG.replace("99999999", "900") + 'recurring = { interval = "month" }\n'
    with Stage(catalog=CATALOG + monthly) as stage:
        client = app_on(stage, tmp_path).test_client()
        put(client, "poster-usd")
        assert "then" not in page(client.get("/cart"))
        put(client, "yacht-usd", "2")
        text = page(client.get("/cart"))

    assert "$43.00<br>" in text
    assert text.count("then $18.00 per month") == 1
