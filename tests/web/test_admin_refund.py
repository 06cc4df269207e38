"""The admin's refund: what was paid, what is left, and amounts ready to choose."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.errors import ChargeDisputed
from tests.support.admin import NONCE, field, press, signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage
from tests.web import standings as reach


@pytest.fixture
def admin(shop: Stage, tmp_path: Path) -> FlaskClient:
    return signed_in(app_on(shop, tmp_path))


@pytest.fixture
def bought(shop: Stage) -> Bought:
    """Two posters, $50.00 in all, with $1.00 given back."""
    return reach.partially_refunded(shop)


def refunded(shop: Stage, bought: Bought) -> int:
    shop.delivers()
    return int(shop.order(bought)["amount_refunded"])


def test_the_form_says_what_is_left_before_anything_is_done(
    admin: FlaskClient, bought: Bought
) -> None:
    text = admin.get(f"/admin/orders/{bought.order}/refund").text

    for words in ("$50.00", "$1.00", "All that is left, $49.00"):
        assert words in text


@pytest.mark.parametrize(
    ("form", "after"),
    [
        ({"what": "rest"}, 5000),
        ({"what": "other", "amount": "12,50"}, 1350),
        ({"what": "other", "amount": "12.5"}, 1350),
        ({"amount": "1"}, 200),
    ],
)
def test_what_is_chosen_goes_back(
    admin: FlaskClient, shop: Stage, bought: Bought, form: dict[str, str], after: int
) -> None:
    answer = press(admin, f"/admin/orders/{bought.order}/refund", **form)

    assert answer.status_code == 303
    assert refunded(shop, bought) == after


def test_an_amount_that_is_typed_needs_no_choice(
    admin: FlaskClient, shop: Stage, bought: Bought
) -> None:
    there = f"/admin/orders/{bought.order}/refund"
    assert "required" not in admin.get(there).text.partition("<fieldset")[2].partition("</f")[0]

    press(admin, there, amount="5,00")

    assert refunded(shop, bought) == 600


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"what": "other", "amount": "49.01"}, "Only $49.00 is left"),
        ({"what": "rest", "amount": "5"}, "which of them"),
        ({"what": "other"}, "Type the amount"),
        ({}, "Choose how much goes back"),
        ({"what": "line 9"}, "no such part"),
        ({"what": "line 1"}, "Only $49.00 is left"),
        ({"what": "shipping"}, "no such part"),
    ],
)
def test_what_is_not_clear_or_too_much_is_told_in_words_and_nothing_goes_back(
    admin: FlaskClient, shop: Stage, bought: Bought, form: dict[str, str], words: str
) -> None:
    answer = press(admin, f"/admin/orders/{bought.order}/refund", **form)

    assert answer.status_code == 422
    assert words in answer.text
    assert "minor units" not in answer.text
    assert refunded(shop, bought) == 100


def test_the_reason_is_kept_by_stripe(admin: FlaskClient, shop: Stage, bought: Bought) -> None:
    press(admin, f"/admin/orders/{bought.order}/refund", what="rest", reason="duplicate")

    reasons = [call.params.get("reason") for call in shop.writes("/v1/refunds")]
    assert reasons[-1] == "duplicate"


def test_a_disputed_order_offers_no_refund_and_says_why(admin: FlaskClient, shop: Stage) -> None:
    order = reach.disputed(shop).order

    text = admin.get(f"/admin/orders/{order}").text

    assert f"/admin/orders/{order}/refund" not in text
    assert str(ChargeDisputed()) in html.unescape(text)


def test_what_will_happen_is_said_once_more_before_it_does(
    admin: FlaskClient, shop: Stage, bought: Bought
) -> None:
    path = f"/admin/orders/{bought.order}/refund"
    page = admin.get(path).text
    form = {"csrf_token": field(page), "nonce": field(page, NONCE)}
    form |= {"what": "other", "amount": "24,50", "reason": "duplicate"}

    looked = admin.post(path, data=form)

    assert looked.status_code == 200
    assert "$24.50 goes back to the buyer" in looked.text
    assert "$24.50 stays with you" in looked.text
    assert refunded(shop, bought) == 100
    assert admin.post(path, data=form | {"amount": "49.01"}).status_code == 422
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', looked.text))
    assert admin.post(path, data=hidden).status_code == 303
    assert refunded(shop, bought) == 2550
