"""What Stripe computes on top of a cart: discount, tax and shipping, checked and told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docs.runner import Runner
from tests.support.databases import Databases
from tests.support.ports import free_port
from tests.support.running_shop import MUG, POSTER, Shop
from tests.support.running_stack import KEY, http, until
from tests.support.shops import open_shop

ALMANAC = {"items": [{"price": "almanac-monthly", "quantity": 1}]}


CATALOG = """
[checkout]
promotion_codes = true
automatic_tax = true
shipping_countries = ["DE", "FR"]
locale = "de"
expires_after = 1800
[[checkout.shipping_options]]
name = "Post"
currency = "usd"
amount = 700
[[products]]
id = "poster"
name = "Poster"
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
[[products]]
id = "mug"
name = "Mug"
[[products.prices]]
id = "mug-eur"
currency = "eur"
unit_amount = 1450
[[products]]
id = "almanac"
name = "Almanac"
[[products.prices]]
id = "almanac-monthly"
currency = "eur"
unit_amount = 1000
recurring = { interval = "month" }
"""


@pytest.fixture(scope="module")
def running_shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with open_shop(databases, database_kind, folder, CATALOG) as shop:
        yield shop


def at_stripe(shop: Shop, session: str) -> Any:
    return shop.stripe(f"/v1/checkout/sessions/{session}")


def buys(shop: Shop, url: str, code: str | None = None) -> None:
    """Enter a code, if any, and pay on the hosted page, as a browser would."""
    forms = [{"action": "promotion", "code": code}] if code else []
    card = {"email": "jenny@example.com", "number": "4242424242424242", "expiry": "12 / 40"}
    home = {"name": "Jenny", "line1": "Am Kanal 3", "postal_code": "01234", "city": "Ulm"}
    card |= {f"shipping-{line}": text for line, text in {**home, "country": "DE"}.items()}
    for form in [*forms, card]:
        http().post(url, data=form, timeout=60, allow_redirects=False).raise_for_status()
    shop.flush()


def amounts(shop: Shop, session: str) -> tuple[int, int, int, int, int]:
    order = shop.detail(session)
    names = ("amount_total", "amount_discount", "amount_tax", "amount_shipping", "amount_paid")
    return tuple(order[name] for name in names)


def test_the_page_asks_and_offers_what_the_catalog_turns_on(shop: Shop) -> None:
    opened = shop.open({**POSTER, "customer_email": "jenny@example.com"})

    session = at_stripe(shop, opened["id"])

    assert session["allow_promotion_codes"] is True
    assert session["automatic_tax"]["enabled"] is True
    assert session["shipping_address_collection"]["allowed_countries"] == ["DE", "FR"]
    assert [way["shipping_amount"] for way in session["shipping_options"]] == [700]
    assert (session["locale"], session["customer_email"]) == ("de", "jenny@example.com")
    assert 1800 <= session["expires_at"] - session["created"] <= 2000
    english = shop.open({**POSTER, "locale": "en"})
    assert at_stripe(shop, english["id"])["locale"] == "en"
    # A page's language decides nothing where the catalog has spoken.
    form = {"price": "poster-usd", "quantity": "1"}
    bought = shop.request("POST", "/checkout", data=form, headers={"Accept-Language": "fr"})
    (name,) = re.findall(r"cs_test_[A-Za-z0-9]+", bought.headers["Location"])
    assert at_stripe(shop, name)["locale"] == "de"


def test_discount_tax_and_shipping_are_paid_and_told(shop: Shop) -> None:
    opened = shop.open()

    buys(shop, opened["url"], "SAVE10")

    assert amounts(shop, opened["id"]) == (5000, 500, 450, 700, 5650)
    shop.fulfils_once(opened["id"])
    (paid,) = shop.told(shop.detail(opened["id"])["id"], "order.paid")
    body = paid.verify()
    assert isinstance(body, dict)
    told = body["data"]["order"]
    assert (told["amount_paid"], told["amount_tax"], told["amount_shipping"]) == (5650, 450, 700)


def test_a_poster_goes_from_the_cart_to_an_address_label(shop: Shop) -> None:
    opened = shop.open()
    home = {"line1": "Am Kanal 3", "postal_code": "01234", "city": "Köln", "country": "DE"}
    form = {"email": "ada@example.com", "number": "4242424242424242", "expiry": "12 / 40"}
    form |= {"shipping-name": "Ada Lovelace"} | {f"shipping-{k}": v for k, v in home.items()}
    paid = http().post(opened["url"], data=form, timeout=60, allow_redirects=False)
    paid.raise_for_status()
    shop.flush()
    order = shop.detail(opened["id"])["id"]
    until(lambda: bool(shop.told(order, "order.paid")), seconds=60, what="order.paid")
    (message,) = shop.told(order, "order.paid")

    port = str(free_port())
    backend = Runner("node", shop).start("fulfil.py", port)
    assert backend.stdout is not None
    try:
        assert "backend on" in backend.stdout.readline()
        taken = http().post(
            f"http://127.0.0.1:{port}/", message.body, headers=message.headers, timeout=60
        )
    finally:
        backend.terminate()
        said, complaints = backend.communicate(timeout=60)

    assert taken.status_code == 204, complaints
    assert said.splitlines() == [
        f"fulfilled {order} (poster x 2)",
        "ship by Post to",
        "| Ada Lovelace",
        "| Am Kanal 3",
        "| 01234 Köln",
        "| DE",
    ]


def test_a_currency_without_a_way_to_ship_ships_for_nothing(shop: Shop) -> None:
    opened = shop.open(MUG)

    buys(shop, opened["url"])

    assert amounts(shop, opened["id"]) == (1450, 0, 145, 0, 1595)
    shop.fulfils_once(opened["id"])


def test_a_code_that_takes_the_goods_off_leaves_the_shipping(shop: Shop) -> None:
    opened = shop.open()

    buys(shop, opened["url"], "FREE")

    assert amounts(shop, opened["id"]) == (5000, 5000, 0, 700, 700)
    shop.fulfils_once(opened["id"])


def test_a_subscription_is_taxed_and_discounted_but_ships_for_nothing(shop: Shop) -> None:
    opened = shop.open(ALMANAC)

    buys(shop, opened["url"], "HALF")

    assert amounts(shop, opened["id"]) == (1000, 500, 50, 0, 550)
    shop.fulfils_once(opened["id"])


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_total": 5001},
        {"amount_subtotal": 4999},
        {"total_details": {"amount_discount": 0, "amount_shipping": 700, "amount_tax": 0}},
    ],
)
def test_amounts_that_do_not_add_up_are_held(shop: Shop, fields: dict[str, Any]) -> None:
    opened = shop.open()
    plan = {"path": f"/v1/checkout/sessions/{opened['id']}", "fields": fields}
    shop.faults(alter=[plan])

    buys(shop, opened["url"])

    assert shop.success_page(opened["id"]) == "checking"
    assert shop.detail(opened["id"])["holds"] == ["amount_mismatch"]
    shop.never_fulfilled(opened["id"])


def test_a_refund_gives_back_no_more_than_was_paid(shop: Shop) -> None:
    opened = shop.open()
    buys(shop, opened["url"], "SAVE10")
    order = shop.detail(opened["id"])["id"]
    path = f"/api/v1/orders/{order}/refunds"

    too_much = shop.request("POST", path, headers=KEY, json={"amount": 5651})
    whole = shop.request("POST", path, headers=KEY, json={})

    assert (too_much.status_code, too_much.json()["code"]) == (422, "refund_too_large")
    assert whole.json()["amount"] == 5650
