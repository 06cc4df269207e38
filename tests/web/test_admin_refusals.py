"""What cannot be done to an order: no form is shown for it, and who sends one is told the same."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.admin import NONCE, press, signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage
from tests.web import standings as reach

OFF = [
    ("refund", reach.disputed, "Answer the dispute instead of refunding it."),
    ("refund", reach.pending, "There is no payment on this order to give back."),
    ("refund", reach.refunded, "Nothing is left to refund"),
    ("refund", reach.charged_back, "Nothing is left to refund"),
    ("cancel", reach.paid, "This order is paid already."),
    ("cancel", reach.processing, "A payment for this order is on its way"),
    ("cancel", reach.canceled, "This order was canceled."),
    ("release", reach.paid, "The order is not held."),
    ("ship", reach.pending, "This order is not fulfilled"),
    ("ship", reach.paid_otherwise, "This order is not fulfilled"),
]


@pytest.fixture
def admin(shop: Stage, tmp_path: Path) -> FlaskClient:
    return signed_in(app_on(shop, tmp_path))


def words_of(page: str) -> str:
    return html.unescape(page.partition("<main")[2])


@pytest.mark.parametrize(("act", "standing", "words"), OFF)
def test_what_is_off_has_a_sentence_for_a_form_and_the_same_for_who_sends_one(
    admin: FlaskClient, shop: Stage, act: str, standing: Callable[[Stage], Bought], words: str
) -> None:
    order = standing(shop).order
    before = shop.order(order)
    there = f"/admin/orders/{order}"

    opened = admin.get(f"{there}/{act}")
    sent = press(admin, f"{there}/{act}", what="rest", carrier="DHL", hold="amount_mismatch")

    assert opened.status_code == 200
    assert sent.status_code in (404, 409, 422)
    for page in (opened.text, sent.text):
        assert words in words_of(page)
        assert "<form" not in words_of(page)
    assert f'{there}/{act}"' not in admin.get(there).text
    assert shop.order(order) == before


def test_the_first_page_of_a_refund_is_refused_as_its_second_is(
    admin: FlaskClient, shop: Stage
) -> None:
    bought = reach.paid(shop)
    there = f"/admin/orders/{bought.order}/refund"
    page = admin.get(there).text
    form = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
    nonce = NONCE.search(page)
    assert nonce
    shop.control("POST", f"payment_intents/{shop.order(bought)['payment_intent']}/dispute", {})
    shop.delivers()

    answer = admin.post(there, data=form | {"nonce": nonce[1], "what": "rest"})

    assert answer.status_code == 409
    assert "Answer the dispute instead of refunding it." in words_of(answer.text)


def test_a_refund_that_was_done_is_told_again_to_who_presses_again(
    admin: FlaskClient, shop: Stage
) -> None:
    there = f"/admin/orders/{reach.paid(shop).order}/refund"
    nonce = "non_" + "a" * 24

    answers = [press(admin, there, what="rest", nonce=nonce) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(shop.writes("/v1/refunds")) == 1


def test_the_second_payment_of_a_disputed_order_can_still_go_back(
    admin: FlaskClient, shop: Stage
) -> None:
    bought = reach.paid_twice(shop)
    shop.control("POST", f"payment_intents/{shop.order(bought)['payment_intent']}/dispute", {})
    shop.delivers()

    page = words_of(admin.get(f"/admin/orders/{bought.order}/refund").text)

    assert "Payment, if not the one that counts" in page


def test_the_second_of_two_payments_is_chosen_and_goes_back(
    admin: FlaskClient, shop: Stage
) -> None:
    bought = reach.paid_twice(shop)
    counts = shop.order(bought)["payment_intent"]
    there = f"/admin/orders/{bought.order}/refund"
    (other,) = re.findall(r'<option value="(pi_\w+)">', admin.get(there).text)

    answer = press(admin, there, what="rest", payment_intent=other)

    assert other != counts
    assert answer.status_code == 303
    (asked,) = shop.writes("/v1/refunds")
    assert asked.params["payment_intent"] == other


def test_whoever_releases_sees_the_evidence_of_that_hold_alone(
    admin: FlaskClient, shop: Stage
) -> None:
    bought = reach.paid_twice(shop)
    held = shop.order(bought)["holds"]
    assert held == ["duplicate_payment"]

    page = words_of(admin.get(f"/admin/orders/{bought.order}/release").text)

    assert page.count("Expected") == 1
    assert "another reason, too" not in page
