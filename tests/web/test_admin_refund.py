"""The admin's refund: what was paid, what is left, and amounts ready to choose."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.errors import ChargeDisputed, InvalidInput
from checkout_service.domain.order.cart import CartItem
from checkout_service.web.admin.typed_amount import minor_units
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

    sent = admin.post(path, data=form)
    assert sent.status_code == 303  # a page of its own, which Back leads to
    looked = admin.get(sent.location)

    assert looked.status_code == 200
    assert "$24.50 goes back to the buyer" in looked.text
    assert "$24.50 stays with you" in looked.text
    assert refunded(shop, bought) == 100
    assert admin.post(path, data=form | {"amount": "49.01"}).status_code == 422
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', looked.text))
    assert admin.post(path, data=hidden).status_code == 303
    assert refunded(shop, bought) == 2550


def second_look(admin: FlaskClient, path: str, **form: str) -> dict[str, str]:
    """Choose, and return what the page that says it once more would send."""
    page = admin.get(path).text
    sent = admin.post(path, data={"csrf_token": field(page), "nonce": field(page, NONCE)} | form)
    assert sent.status_code == 303, sent.text
    looked = admin.get(sent.location).text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', looked))


@pytest.mark.parametrize("form", [{"what": "rest"}, {"amount": "10"}])
def test_what_was_looked_at_is_asked_again_when_somebody_gave_back_meanwhile(
    admin: FlaskClient, shop: Stage, bought: Bought, form: dict[str, str]
) -> None:
    path = f"/admin/orders/{bought.order}/refund"
    mine, theirs = second_look(admin, path, **form), second_look(admin, path, amount="10")
    assert admin.post(path, data=theirs).status_code == 303

    answer = admin.post(path, data=mine)

    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert "Meanwhile this changed: 39.00 USD is left now" in text
    for words in ("$11.00", "All that is left, $39.00"):  # what is true now, not before
        assert words in text
    assert refunded(shop, bought) == 1100


def test_a_press_that_is_sent_twice_is_one_refund_and_says_so(
    admin: FlaskClient, shop: Stage, bought: Bought
) -> None:
    path = f"/admin/orders/{bought.order}/refund"
    mine = second_look(admin, path, amount="10")

    answers = [admin.post(path, data=mine) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert refunded(shop, bought) == 1100


def test_a_part_that_went_back_is_named_and_not_offered_again(tmp_path: Path) -> None:
    with Stage() as shop:
        admin = signed_in(app_on(shop, tmp_path))
        bought = shop.buys(items=[CartItem("poster-usd", 2), CartItem("print-usd", 1)])
        shop.pays(bought)
        shop.delivers()
        path = f"/admin/orders/{bought.order}/refund"
        again = second_look(admin, path, what="line 2")
        assert press(admin, path, what="line 2").status_code == 303

        text = html.unescape(admin.get(path).text)
        assert 'value="line 2"' not in text
        assert "Went back already: Print." in text
        del again["sure"]
        answer = admin.post(path, data=again)
        assert answer.status_code == 422
        assert "This part went back already" in answer.text
        assert refunded(shop, bought) == 2500


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("$24.50", 2450), ("24,50 USD", 2450), ("usd 24.5", 2450)],
)
def test_an_amount_is_read_as_pages_print_it(
    admin: FlaskClient, shop: Stage, bought: Bought, typed: str, minor: int
) -> None:
    assert press(admin, f"/admin/orders/{bought.order}/refund", amount=typed).status_code == 303
    assert refunded(shop, bought) == 100 + minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.250,00", "eur", 125000),
        ("€1,250.00", "eur", 125000),
        ("12.50\u00a0€", "eur", 1250),
        ("¥4,300", "jpy", 4300),
        ("4.300", "jpy", 4300),
        ("1.250", "kwd", 1250),
        ("KWD 1,250.500", "kwd", 1250500),
    ],
)
def test_amounts_of_all_writings_are_read(text: str, currency: str, minor: int) -> None:
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.250", "eur"), ("1,250", "usd"), ("1,2,3", "eur"), ("4,30", "jpy"), ("0", "eur"),
        ("0.00", "eur"), ("-5", "eur"), ("٣", "eur"), ("1e3", "eur"), ("NaN", "eur"),
        ("$5", "eur"), ("", "eur"), ("9" * 50, "eur"), ("1.0000", "kwd"),
    ],
)  # fmt: skip
def test_what_could_be_meant_in_two_ways_or_in_none_is_refused(text: str, currency: str) -> None:
    with pytest.raises(InvalidInput):
        minor_units(text, currency)
