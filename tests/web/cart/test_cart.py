"""Several things in one order, by forms alone: chosen, counted, paid for together, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.asserts import page
from tests.web.cart.forms import BIG, pay, put
from tests.web.catalog import CATALOG
from tests.web.test_pages import opened


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


@pytest.mark.parametrize("cookie", ["x", "W10.a.b", "\u00fc", "a" * 4_000])
def test_a_cookie_that_is_not_ours_is_an_empty_cart(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("cart", cookie)

    assert "There is nothing in it yet." in page(client.get("/cart"))


def test_the_page_that_empties_the_cart_shows_none(client: FlaskClient, shop: Stage) -> None:
    put(client, "poster-usd", "2")
    pay(client)
    (call,) = opened(shop)
    back = f"/checkout/success?session_id={call.answer['id']}"
    assert "Cart (2)" in page(client.get(back))

    shop.pays(call.answer["id"])
    shop.delivers()

    assert "Cart (" not in page(client.get(back))


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
