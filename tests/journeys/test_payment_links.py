"""Payment Links beside webhooks: the reference is a claim, and every payment finds one order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import requests

from tests.support.databases import Databases
from tests.support.link_shop import LINKS, Buyer, LinkShop, link_url, plink, running_link_shop
from tests.support.running_shop import IBAN_GOOD
from tests.support.running_stack import until


@pytest.fixture(scope="module")
def shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LinkShop]:
    folder = tmp_path_factory.mktemp("links")
    with (
        contextmanager(databases.at_head)(database_kind) as database_url,
        running_link_shop(folder, database_url) as running,
    ):
        yield running


def test_a_webhook_settles_the_order_before_anybody_asks(shop: LinkShop) -> None:
    made = shop.starts("pair")
    assert made["order"]["amount_total"] == 5000
    assert made["url"] == (
        f"{link_url(shop.sandbox.url, 'pair')}?client_reference_id={made['client_reference_id']}"
    )
    shop.pays_by_link("pair", made["client_reference_id"])
    shop.flush()
    shop.told_once(made["order"]["id"])  # a listing may have been quicker: then a look gives it

    answer = shop.polls(made["client_reference_id"]).json()

    assert answer["final"]
    assert (answer["order"]["status"], answer["order"]["fulfilled"]) == ("paid", True)


def test_the_buyer_comes_back_and_the_page_says_paid(shop: LinkShop) -> None:
    buyer = Buyer(shop)
    reference = buyer.leaves("print")
    session = shop.pays_by_link("print", reference)["id"]

    assert 'data-state="paid"' in buyer.returns(session)
    order = shop.standing(reference, session)
    assert order["amount_paid"] == 2500
    shop.told_once(order["id"])


def test_a_delayed_payment_of_a_link_is_awaited(shop: LinkShop) -> None:
    buyer = Buyer(shop)
    reference = buyer.leaves("mug")
    session = shop.pays_by_link("mug", reference, IBAN_GOOD)["id"]
    assert 'data-state="processing"' in buyer.returns(session)
    first = shop.polls(reference, session)
    assert (first.json()["final"], first.headers["Retry-After"] in ("1", "2")) == (False, True)

    shop.settles(session, "succeeded")
    shop.flush()

    assert 'data-state="paid"' in buyer.returns(session)
    shop.told_once(shop.standing(reference)["id"])


def test_a_browser_keeps_its_order_until_that_is_paid(shop: LinkShop) -> None:
    buyer = Buyer(shop)
    first = buyer.leaves("print")
    other = buyer.leaves("tower")
    assert buyer.leaves("print") == first
    assert Buyer(shop).leaves("print") != first

    session = shop.pays_by_link("print", first)["id"]

    assert 'data-state="paid"' in buyer.returns(session)
    assert buyer.leaves("print") != first
    assert buyer.leaves("tower") == other


def test_the_page_finds_the_right_one_of_a_browsers_orders(shop: LinkShop) -> None:
    buyer = Buyer(shop)
    paid = buyer.leaves("print")
    buyer.leaves("tower")
    session = shop.pays_by_link("print", paid)["id"]

    page = buyer.returns(session)

    assert 'data-state="paid"' in page
    assert shop.standing(paid)["id"] in page


@pytest.mark.parametrize("reference", [None, "newsletter-17"])
def test_money_without_a_reference_of_ours_becomes_an_order_of_the_link(
    shop: LinkShop, reference: str | None
) -> None:
    sessions = [shop.pays_by_link("pair", reference)["id"] for _ in range(2)]

    orders = [shop.comes_to_be(session) for session in sessions]

    assert orders[0]["id"] != orders[1]["id"]
    for found in orders:
        shop.told_once(found["id"])
        order = shop.by_id(found["id"])
        assert (order["status"], order["fulfilled"], order["holds"]) == ("paid", True, [])
        assert (order["client_reference_id"], order["amount_paid"]) == (reference, 5000)


def test_a_reference_on_another_link_pays_nothing_for_its_order(shop: LinkShop) -> None:
    buyer = Buyer(shop)
    tower = buyer.leaves("tower")
    session = shop.pays_by_link("print", tower)["id"]

    assert shop.standing(tower, session)["status"] == "pending"

    held = shop.comes_to_be(session)
    assert (held["holds"], held["fulfilled"], held["amount_total"]) == (["wrong_link"], False, 2500)
    until(lambda: bool(shop.told(held["id"], "order.held")), what="order.held")
    assert shop.told(held["id"], "order.paid") == []
    page = buyer.returns(session)
    assert 'data-state="checking"' in page
    assert held["id"] not in page
    left = shop.standing(tower)
    assert (left["status"], left["amount_paid"], left["holds"]) == ("pending", 0, [])


def test_another_buyers_session_settles_only_its_own_order(shop: LinkShop) -> None:
    victim, thief = shop.starts("print"), Buyer(shop)
    session = shop.pays_by_link("print", victim["client_reference_id"])
    mine = thief.leaves("print")

    answers = [shop.polls(mine, session["id"]).text, thief.returns(session["id"])]

    assert shop.standing(mine)["status"] == "pending"
    shop.told_once(victim["order"]["id"])
    until(lambda: shop.standing(victim["client_reference_id"])["status"] == "paid", what="paid")
    secrets = (victim["order"]["id"], victim["client_reference_id"])
    for answer in answers:
        assert not any(word in answer for word in (*secrets, "@example.com"))


def test_paying_twice_with_one_reference_is_held(shop: LinkShop) -> None:
    made = shop.starts("print")
    for _ in range(2):
        shop.pays_by_link("print", made["client_reference_id"])
        shop.told_once(made["order"]["id"])
    shop.flush()

    until(lambda: bool(shop.told(made["order"]["id"], "order.held")), what="order.held")
    order = shop.by_id(made["order"]["id"])
    assert (order["fulfilled"], order["holds"]) == (True, ["duplicate_payment"])
    shop.told_once(order["id"])


def test_a_session_of_no_link_of_ours_shows_and_changes_nothing(shop: LinkShop) -> None:
    other = shop.open({"items": [{"price": "print-usd", "quantity": 1}]})
    shop.pays(other["id"])
    mine = shop.starts("print")["client_reference_id"]

    answer = shop.polls(mine, other["id"])

    assert answer.json()["order"]["status"] == "pending"
    assert other["order"]["id"] not in answer.text


def test_only_five_session_ids_of_a_reference_are_looked_up(shop: LinkShop) -> None:
    reference = shop.starts("print")["client_reference_id"]
    made_up = [f"cs_test_{place}{reference.removeprefix('ref_')}" for place in range(7)]

    def is_looked_up(session: str) -> bool:
        shop.polls(reference, session)
        return bool(shop.calls(session))

    for session in made_up[:5]:
        until(partial(is_looked_up, session), what="a turn for a look")
    for session in made_up[5:]:
        shop.polls(reference, session)

    assert [len(shop.calls(session)) for session in made_up] == [1, 1, 1, 1, 1, 0, 0]


def test_ids_that_are_not_ours_are_answered_alike_and_asked_nowhere(shop: LinkShop) -> None:
    reference = shop.starts("print")["client_reference_id"]
    session = "cs_test_nobody0"
    asked = [
        shop.polls("ref_" + "a" * 24, session),
        shop.polls("ref_" + "a" * 24),
        shop.polls("nonsense", session),
        shop.polls(reference, "cs_test_"),
        shop.polls(reference, "../../v1/refunds"),
        shop.polls(reference, ""),
    ]

    assert {answer.status_code for answer in asked} == {404}
    bodies = [answer.json() | {"request_id": ""} for answer in asked]
    assert all(body == bodies[0] for body in bodies)
    assert shop.calls(session) == []


def test_a_browser_without_the_cookie_is_told_only_that_it_is_checked(shop: LinkShop) -> None:
    made = shop.starts("print")
    shop.faults(webhooks={"drop": 1.0})
    session = shop.pays_by_link("print", made["client_reference_id"])["id"]

    page = Buyer(shop).returns(session)

    shop.no_faults()
    assert 'data-state="checking"' in page
    assert made["order"]["id"] not in page
    assert shop.calls(session) == []
    order = shop.comes_to_be(session)["id"]  # the sweep's listing finds it, a look gives it
    until(lambda: shop.by_id(order)["fulfilled"], what="fulfilled")


def test_an_inactive_link_takes_no_money_and_the_order_waits(shop: LinkShop) -> None:
    made = shop.starts("mug")
    shop.stripe_post(f"/v1/payment_links/{plink('mug')}", active="false")
    try:
        with pytest.raises(requests.HTTPError):
            shop.pays_by_link("mug", made["client_reference_id"])
    finally:
        shop.stripe_post(f"/v1/payment_links/{plink('mug')}", active="true")

    assert shop.standing(made["client_reference_id"])["status"] == "pending"
    shop.pays_by_link("mug", made["client_reference_id"])
    shop.flush()
    until(lambda: shop.standing(made["client_reference_id"])["status"] == "paid", what="paid")


def test_the_storefront_sells_by_links_as_well(shop: LinkShop) -> None:
    page = shop.request("GET", "/").text

    assert all(f'href="/links/{link}"' in page for link in LINKS)
    assert 'name="price"' in page
    order = shop.starts("print")["order"]["id"]
    cancel = shop.request("GET", f"/checkout/cancel?order={order}")
    assert (cancel.status_code, cancel.headers["Location"]) == (303, f"/orders/{order}")
    assert 'action="/checkout"' not in shop.request("GET", f"/orders/{order}").text


def test_an_order_of_a_link_is_paid_by_its_link_alone(shop: LinkShop) -> None:
    order = shop.starts("print")["order"]["id"]

    for path in ("/api/v1/checkout-sessions", "/api/v1/payment-intents"):
        answer = shop.request("POST", path, json={"order": order})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_flow")
    form = shop.request("POST", "/checkout", data={"order": order})
    assert (form.status_code, form.headers["Location"]) == (303, f"/orders/{order}")
