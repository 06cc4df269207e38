"""The admin's list: found by what a caller has in hand, with filters that its address keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from checkout_service.domain.clock import DAY, SystemClock
from checkout_service.domain.ids import number_of
from checkout_service.storage.tables import attempts, orders, refunds
from tests.support.admin import (
    add_event,
    add_message,
    add_money_back,
    add_order,
    admin_app,
    database_of,
    signed_in,
)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


def told(app: Flask, order_id: str, **columns: Any) -> str:
    """Write down what a buyer told Stripe."""
    change = update(attempts).where(attempts.c.order_id == order_id).values(**columns)
    database_of(app).write(lambda c: c.execute(change))
    return order_id


def buyer(name: str, **parts: Any) -> str:
    return json.dumps({"customer": {"name": name} | parts, "seen": {"customer": [1, True]}})


def found(client: FlaskClient, **query: str) -> list[str]:
    text = client.get("/admin/orders", query_string=query).text
    return re.findall(r'href="/admin/orders/(ord_\w{24})"', text)


def test_an_order_is_found_by_whatever_a_caller_has_in_hand(app: Flask) -> None:
    client = signed_in(app)
    order_id = told(
        app,
        add_order(app, amount_total=123_450, amount_paid=123_450),
        buyer=buyer("Jörg Müller", id="cus_of_joerg"),
        customer_email="joerg@example.com",
        subscription_id="sub_of_joerg",
    )
    numbered = update(orders).where(orders.c.id == order_id).values(number=number_of(order_id))
    database_of(app).write(lambda c: c.execute(numbered))
    told(app, add_order(app, name="Mug"), buyer=buyer("Jane Doe"))
    ids = (
        add_money_back(app, order_id), add_money_back(app, order_id, "dispute"),
        add_event(app, order_id), add_message(app, order_id),
    )  # fmt: skip

    for words in (
        "joerg@example.com", "JOERG@example.com", "jörg müller", "MÜLLER", "1234.50", "1234,50",
        "$1234.50", "cus_of_joerg", "sub_of_joerg", number_of(order_id),
        number_of(order_id).replace("-", " ").lower(), *ids,
    ):  # fmt: skip
        assert found(client, q=words) == [order_id], words
    for words in ("nobody", "cus_of_jo", "1234", "joerg@example", "%", "_", "cus_%", "'", '"'):
        assert found(client, q=words) == [], words


def test_an_amount_is_meant_in_the_currency_of_its_order(app: Flask) -> None:
    client = signed_in(app)
    dollars = add_order(app, amount_total=2500, amount_paid=2500)
    yen = add_order(app, currency="jpy", amount_total=25, amount_paid=25)
    add_order(app, currency="jpy", amount_total=2500, amount_paid=2500)

    assert sorted(found(client, q="25")) == sorted([dollars, yen])
    assert found(client, q="25.00 €") == found(client, q="25")


def test_a_row_tells_who_what_how_much_and_since_when(app: Flask) -> None:
    client = signed_in(app)
    at = SystemClock().now() - 3 * DAY
    order_id = told(app, add_order(app, name="Mug", created_at=at), buyer=buyer("Jane Doe"))

    text = client.get("/admin/orders").text

    for words in (number_of(order_id), "Jane Doe", "Mug", "$25.00", ">3 days</time>"):
        assert words in text


def test_filters_go_together_and_stay_in_the_address(app: Flask) -> None:
    client = signed_in(app)
    now = SystemClock().now()
    day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    new = add_order(app, holds="amount_mismatch", has_more=True)
    old = add_order(app, holds="amount_mismatch", has_more=True, created_at=now - 9 * DAY)
    add_order(app)

    assert found(client, status="held") == [new, old]
    assert found(client, status="held", since=day) == [new]
    assert len(found(client, since=day, until=day)) == 2
    assert found(client, until="2001-01-01") == []
    text = client.get(f"/admin/orders?status=held&since={day}").text
    form = text.partition('class="days"')[2].partition("</form>")[0]
    for kept in ("orders.csv", 'name="status" value="held"', f'name="since" value="{day}"'):
        assert kept in form
    assert f"/admin/orders?status=paid&amp;since={day}" in text


def test_the_admin_has_error_pages_of_its_own(app: Flask) -> None:
    client = signed_in(app)

    for path in ("/admin/orders/ord_none", "/admin/nothing/here"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Nothing here by that id or address" in answer.text
        assert 'aria-label="Desk"' in answer.text
    stranger = app.test_client().get("/admin/nothing")
    assert stranger.status_code == 303


def test_the_list_is_narrowed_by_a_hold_beside_a_status(app: Flask) -> None:
    client = signed_in(app)
    amount = add_order(app, holds="amount_mismatch,wrong_reference", has_more=True)
    link = add_order(app, status="refunded", holds="wrong_link", has_more=True)
    add_order(app)

    assert found(client, hold="any") == [link, amount]
    assert found(client, hold="amount_mismatch") == [amount]
    assert found(client, hold="wrong_reference", status="paid") == [amount]
    assert found(client, hold="wrong_reference", status="refunded") == []
    assert found(client, hold="mismatch") == found(client)  # no hold is called so
    page = client.get("/admin/orders?hold=wrong_link&status=refunded").text
    assert '<option value="wrong_link" selected>' in page
    assert "/admin/orders?hold=wrong_link&amp;status=paid" in page.replace(
        "status=paid&amp;hold=wrong_link", "hold=wrong_link&amp;status=paid"
    )


def test_an_order_is_found_by_its_way_to_pay_and_says_what_was_paid(app: Flask) -> None:
    client = signed_in(app)
    order_id = told(
        app,
        add_order(app, amount_total=5000, amount_paid=6039),
        buyer=buyer("Jo", payment_method={"type": "card", "id": "pm_of_jo"}),
    )

    assert found(client, q="pm_of_jo") == [order_id]
    page = client.get("/admin/orders", query_string={"q": "60.39"}).text
    assert f"/admin/orders/{order_id}" in page
    assert "$60.39 paid" in page


@pytest.mark.parametrize(("orders", "said"), [(50, True), (49, False)])
def test_a_search_that_shows_not_all_says_so(app: Flask, orders: int, said: bool) -> None:
    client = signed_in(app)
    for _ in range(orders):
        add_order(app, amount_total=777, amount_paid=777)

    page = client.get("/admin/orders?q=7.77").text

    assert ("The newest 50 are shown" in page) is said


def test_what_is_typed_into_the_filters_is_what_is_downloaded(app: Flask) -> None:
    client = signed_in(app)
    add_order(app, created_at=1_790_000_000_000)
    add_order(app)
    page = client.get("/admin/orders").text
    form = page.partition('class="days"')[2].partition("</form>")[0]

    assert 'formaction="/admin/orders.csv"' in form
    assert page.count("orders.csv") == 1  # a link beside it would not know what is typed
    lines = client.get("/admin/orders.csv?since=2026-09-01&until=2026-09-30&hold=&product=").text
    assert len(lines.splitlines()) == 2


@pytest.mark.parametrize(
    "query",
    ["status=foo", "hold=foo", "product=foo", "since=garbage", "since=2026-13-45",
     "until=9999-12-31"],
)  # fmt: skip
def test_a_filter_that_is_none_is_told_and_makes_no_file(app: Flask, query: str) -> None:
    client = signed_in(app)
    order_id = add_order(app)
    word = query.partition("=")[2]

    page = client.get(f"/admin/orders?{query}").text
    answer = client.get(f"/admin/orders.csv?{query}")

    assert re.search(rf'role="status">There is no \w+ \u201c{word}\u201d', page)
    assert order_id in page
    assert answer.status_code == 422
    assert f"\u201c{word}\u201d" in answer.text
    assert order_id not in answer.text


def test_a_word_that_is_no_place_of_a_list_begins_it_anew(app: Flask) -> None:
    client = signed_in(app)
    for path in ("orders", "messages", "audit", "events", "disputes"):
        answer = client.get(f"/admin/{path}?cursor=xx")
        assert answer.status_code == 200, path
        assert "no place of this list" in answer.text, path
    for path in ("messages?state=foo", "events?state=foo", "disputes?stage=foo"):
        assert "\u201cfoo\u201d" in client.get(f"/admin/{path}").text, path


def test_what_nobody_types_is_a_space_where_orders_are_looked_for(app: Flask) -> None:
    client = signed_in(app)
    add_order(app)
    mine = told(app, add_order(app), customer_email="jo@example.com")

    assert found(client, q="jo@example.com\0") == [mine]
    assert found(client, q="x" * 501) == []


def test_an_amount_is_found_as_it_is_printed_here_and_elsewhere(app: Flask) -> None:
    client = signed_in(app)
    yen = add_order(app, currency="jpy", amount_total=4_300, amount_paid=4_300)
    euros = add_order(app, currency="eur", amount_total=99_999_999, amount_paid=99_999_999)
    dinars = add_order(app, currency="kwd", amount_total=12_340, amount_paid=12_340)
    add_order(app, amount_total=430, amount_paid=430)

    for words in ("\u00a54,300", "4,300", "4.300", "4 300", "4'300", "4300", "JPY\u00a04,300"):
        assert found(client, q=words) == [yen], words
    for words in ("\u20ac999,999.99", "999.999,99", "999\u202f999,99 \u20ac", "999'999.99"):
        assert found(client, q=words) == [euros], words
    for words in ("KWD 12.340", "12,340", "12.34"):
        assert found(client, q=words) == [dinars], words
    for words in ("4,30,0", "999,999,99", "1.2.3", "999.999.99"):
        assert found(client, q=words) == [], words


def test_a_charge_is_found_where_money_went_back_and_others_say_what_to_do(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app)
    refund = add_money_back(app, order_id)
    change = update(refunds).where(refunds.c.id == refund).values(charge_id="ch_of_it")
    database_of(app).write(lambda c: c.execute(change))

    assert found(client, q="ch_of_it") == [order_id]
    assert found(client, q="txn_of_it") == []
    assert "ways to pay (pm_) are held here" in client.get("/admin/orders?q=txn_of_it").text


def test_the_total_is_what_the_buyer_reads(app: Flask) -> None:
    client = signed_in(app)
    order_id = told(
        app,
        add_order(app, amount_total=2300, amount_paid=2790, holds="wrong_reference", has_more=True),
        amount_shipping=490,
        won=True,
    )

    one, many = client.get(f"/admin/orders/{order_id}").text, client.get("/admin/orders").text

    assert "<dt>Total</dt><dd>$27.90</dd>" in one
    assert "<dt>Items</dt><dd>$23.00</dd>" in one
    assert "$27.90" in many
    assert "$23.00" not in many
    assert "$27.90 paid of $27.90" in client.get("/admin/holds").text
