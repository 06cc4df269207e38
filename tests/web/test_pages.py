"""The storefront and its form: one choice, one order, one way to Stripe's page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Call, Stage, calling
from tests.web.asserts import page
from tests.web.conftest import MakeApp


def token_of(text: str) -> str:
    match = re.search(r'name="token" value="([^"]+)"', text)
    assert match is not None
    return match[1]


def form(client: FlaskClient, **changes: str) -> dict[str, str]:
    token = token_of(client.get("/").get_data(as_text=True))
    return {"price": "poster-usd", "quantity": "1", "token": token} | changes


def opened(shop: Stage) -> list[Call]:
    """List the sessions that were opened at Stripe."""
    calls = shop.writes("/v1/checkout/sessions")
    return [call for call in calls if call.status == 200 and "/expire" not in call.path]


def test_the_storefront_shows_every_product_and_its_price(client: FlaskClient) -> None:
    text = page(client.get("/"))

    for words in ("Poster", "$25.00", "Furoshiki", "¥1,800", "€9.00 per month", "€90.00 per year"):
        assert words in text
    assert "Test mode" in text


def test_buying_redirects_to_stripes_page(client: FlaskClient, shop: Stage) -> None:
    response = client.post("/checkout", data=form(client))

    (call,) = opened(shop)
    assert response.status_code == 303
    assert response.headers["Location"] == call.answer["url"]


def test_pressing_twice_is_one_order(client: FlaskClient, shop: Stage) -> None:
    data = form(client)

    first, second = (client.post("/checkout", data=data) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert len(opened(shop)) == 1


@pytest.mark.parametrize("change", [{"quantity": "2"}, {"price": "cloth-jpy"}])
def test_the_same_token_with_another_choice_is_the_same_order_and_only_that_can_be_paid(
    client: FlaskClient, shop: Stage, change: dict[str, str]
) -> None:
    data = form(client)

    client.post("/checkout", data=data)
    for _ in range(2):
        client.post("/checkout", data=data | change)

    old, new = (call.answer for call in opened(shop))
    assert old["metadata"]["order_id"] == new["metadata"]["order_id"]
    assert shop.stripe("GET", f"/v1/checkout/sessions/{old['id']}")["status"] == "expired"
    shop.pays(new["id"])
    shop.delivers()
    order = shop.order(new["metadata"]["order_id"])
    assert (order["fulfilled"], order["holds"]) == (True, [])
    assert order["amount_total"] == order["amount_paid"] == new["amount_total"]


def test_another_choice_under_the_token_of_a_paid_order_leads_to_that_order(
    client: FlaskClient, shop: Stage
) -> None:
    data = form(client)
    client.post("/checkout", data=data)
    shop.pays(opened(shop)[0].answer["id"])

    answer = client.post("/checkout", data=data | {"quantity": "2"})

    assert answer.headers["Location"].startswith("/orders/ord_")
    assert len(opened(shop)) == 1


def test_a_choice_that_stripe_does_not_sell_leaves_the_open_page_alone(
    client: FlaskClient, shop: Stage
) -> None:
    data = form(client)
    first = client.post("/checkout", data=data)

    page(client.post("/checkout", data=data | {"quantity": "21"}), 422)

    assert client.post("/checkout", data=data).headers["Location"] == first.headers["Location"]


def test_another_choice_after_an_answer_that_was_lost_leaves_one_page_to_pay(
    client: FlaskClient, shop: Stage
) -> None:
    data = form(client)
    mend = shop.cuts(calling("POST", "/v1/checkout/sessions", moment="after"), times=None)
    page(client.post("/checkout", data=data), 503)
    mend()

    assert client.post("/checkout", data=data | {"quantity": "2"}).status_code == 303

    found = shop.stripe("GET", "/v1/checkout/sessions")["data"]
    assert sorted((one["amount_total"], one["status"]) for one in found) == [
        (2500, "expired"),
        (5000, "open"),
    ]


def test_every_form_of_a_page_has_its_own_token(client: FlaskClient) -> None:
    text = client.get("/").get_data(as_text=True)

    tokens = re.findall(r'name="token" value="([^"]+)"', text)

    assert len(tokens) == len(set(tokens)) == 3


@pytest.mark.parametrize(
    "token", ["", "forged", "ord_x.sig", "é", "x" * 5000, "non_a.AAAA", "\x00", "../.."]
)
def test_a_forged_token_is_no_token(client: FlaskClient, shop: Stage, token: str) -> None:
    for _ in range(2):
        assert client.post("/checkout", data=form(client, token=token)).status_code == 303

    assert len(opened(shop)) == 2


def test_without_a_token_every_press_is_a_new_order(client: FlaskClient, shop: Stage) -> None:
    for _ in range(2):
        client.post("/checkout", data={"price": "poster-usd", "quantity": "1"})

    assert len(opened(shop)) == 2


def test_a_first_press_without_token_can_be_repeated_as_the_same_order(
    client: FlaskClient, shop: Stage
) -> None:
    mend = shop.cuts(calling("POST", "/v1/checkout/sessions", moment="after"), times=None)
    text = client.post("/checkout", data={"price": "poster-usd"}).get_data(as_text=True)
    mend()

    client.post("/checkout", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', text)))

    assert len({call.answer["id"] for call in opened(shop)}) == 1


def test_a_shop_has_its_name_and_a_way_to_be_asked(make_app: MakeApp) -> None:
    client = make_app(shop_name="Paper & <Clay>", support_email="help@shop.example").test_client()

    text = page(client.get("/"))

    assert "Paper &amp; &lt;Clay&gt;" in text
    assert 'href="mailto:help@shop.example"' in text
