"""The admin shows what is there, finds it by exact words, and runs nothing that a buyer wrote."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.clock import DAY, SystemClock
from checkout_service.domain.status import SETTLED, OrderStatus
from tests.support.admin import (
    EVIDENCE,
    add_event,
    add_message,
    add_money_back,
    add_order,
    add_write,
    admin_app,
    database_of,
    press,
    signed_in,
)

EVIL = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'-alert(1)-'",
    "<svg/onload=alert(1)>", "javascript:alert(1)", "{{ 7*7 }}", "</title><script>x</script>",
    "\u202egnp.exe", "<a href='//evil.example'>x</a>", "&lt;b&gt;", "<!--", "]]>",
)  # fmt: skip
FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", " =1", "|calc", "%0A=1",
    "\uff1d1", '=HYPERLINK("http://evil.example")', "\ufeff=1", "\u00a0=1",
)  # fmt: skip
BAD_IDS = (
    "x", "ord_", "ord_" + "a" * 24, "ord_" + "a" * 5000, "..", "%00", "ord_%27%20OR%201=1--",
    "%F0%9F%92%A9", "%2e%2e%2fsystem",
)  # fmt: skip


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nothing_that_others_wrote_becomes_markup(app: Flask) -> None:
    client = signed_in(app)
    for text in EVIL:
        order_id = add_order(
            app, name=text, client_reference_id=text, metadata={text: text}, customer_email=text
        )
        body = text.encode()
        event_id = add_event(app, order_id, type=text, last_error=text, body=body, state="failed")
        message_id = add_message(app, order_id, last_error=text, body=text)
        for path in (
            f"orders/{order_id}", "orders", f"events/{event_id}", "events", "messages",
            f"messages/{message_id}", "", f"orders/{order_id}/refund",
        ):  # fmt: skip
            page = client.get(f"/admin/{path}")
            assert page.status_code == 200
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]
            assert "unsafe" not in page.headers["Content-Security-Policy"]
            for tag in ("<script>", "<img src=x", "<svg/", "<a href='//", 'javascript:alert(1)"'):
                assert tag not in page.text
            assert "{{ 7*7 }}" in page.text or "49" not in text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_spreadsheet_runs_nothing_of_the_export(app: Flask) -> None:
    client = signed_in(app)
    for text in FORMULAS:
        add_order(app, name=text, client_reference_id=text, customer_email=text)
    answer = client.get("/admin/orders.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == len(FORMULAS)
    assert {row["client_reference_id"] for row in rows} == {f"'{text}" for text in FORMULAS}
    assert all(row["amount_total"] == "2500" for row in rows)


def test_the_export_goes_on_over_pages_and_keeps_the_filter(app: Flask) -> None:
    client = signed_in(app)
    for _ in range(510):
        add_order(app)
    add_order(app, status="pending", amount_paid=0)
    rows = list(csv.DictReader(io.StringIO(client.get("/admin/orders.csv?status=paid").text)))
    assert len({row["id"] for row in rows}) == 510


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_bad_ids_are_not_found(app: Flask, bad: str) -> None:
    client = signed_in(app)
    for place in ("orders", "events", "messages"):
        assert client.get(f"/admin/{place}/{bad}").status_code in (308, 404)
    assert client.get(f"/admin/orders/{bad}/refund").status_code in (308, 404)
    assert client.get(f"/admin/orders/{add_order(app)}/{bad}").status_code in (308, 404)


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=%00", "cursor=" + "a" * 3000, "status=nothing", "status=%00", "q=%00",
     "q=" + "x" * 3000, "q=%25", "cursor=LTE6b3Jk", "state='", "q=" + "%F0%9F%92%A9"],
)  # fmt: skip
def test_odd_queries_are_answered_calmly(app: Flask, query: str) -> None:
    client = signed_in(app)
    for place in ("orders", "orders.csv", "events", "messages", "audit"):
        assert client.get(f"/admin/{place}?{query}").status_code in (200, 422)


def test_an_order_is_found_by_any_exact_id_or_reference(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, client_reference_id="cs_my own/reference?")
    other = add_order(app, client_reference_id="B-2")
    order = app.extensions["checkout_service"].read_orders.view(order_id)
    for words in (order_id, order.checkout_session, order.payment_intent, "cs_my own/reference?"):
        page = client.get("/admin/orders", query_string={"q": f" {words} "}).text
        assert order_id in page
        assert other not in page
    assert "No such orders." in client.get("/admin/orders?q=B-").text


def test_pages_follow_each_other_and_holds_have_their_list(app: Flask) -> None:
    client = signed_in(app)
    known = {add_order(app) for _ in range(60)}
    held = {add_order(app, holds="amount_mismatch", has_more=True) for _ in range(30)}
    assert _walk(client, "/admin/orders") == known | held
    assert _walk(client, "/admin/orders?status=held") == held


def _walk(client: FlaskClient, path: str) -> set[str]:
    seen: list[str] = []
    at: str | None = path
    while at:
        page = client.get(at).text
        seen += re.findall(r'href="/admin/orders/(ord_\w{24})"', page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        at = more[1].replace("&amp;", "&") if more else None
    assert len(seen) == len(set(seen))
    return set(seen)


def test_figures_keep_currencies_and_days_apart(app: Flask) -> None:
    now = SystemClock().now()
    add_order(app)
    add_order(app, currency="jpy", amount_total=1800, amount_paid=1800)
    add_order(app, created_at=now - 6 * DAY)
    add_order(app, created_at=now - 29 * DAY)
    add_order(app, created_at=now - 40 * DAY)
    add_order(app, status="expired", amount_paid=0)
    figures = app.extensions["checkout_service"].admin.figures.read()
    paid = [{t.currency: t.paid for t in period.takings} for period in figures.periods]
    assert paid == [
        {"usd": 2500, "jpy": 1800}, {"usd": 5000, "jpy": 1800}, {"usd": 7500, "jpy": 1800},
    ]  # fmt: skip
    assert [period.created for period in figures.periods] == [3, 4, 5]
    assert figures.periods[0].conversion == pytest.approx(2 / 3)
    page = signed_in(app).get("/admin/").text
    assert "$25.00" in page
    assert "¥1,800" in page


def test_money_counts_on_the_day_it_came_and_net_of_what_went_back(app: Flask) -> None:
    now = SystemClock().now()
    order_id = add_order(app, created_at=now - 20 * DAY, came_at=now)
    for status, amount in (("succeeded", 300), ("pending", 50), ("failed", 40)):
        add_money_back(app, order_id, status=status, amount=amount)
    for status, amount in (("needs_response", 200), ("lost", 100), ("won", 7), ("prevented", 7)):
        add_money_back(app, order_id, "dispute", status=status, amount=amount)
    add_money_back(app, order_id, "dispute", status="warning_needs_response", amount=7)

    (today,) = app.extensions["checkout_service"].admin.figures.read().periods[0].takings

    assert (today.paid, today.refunded, today.disputed, today.net) == (2500, 300, 300, 1900)
    assert (today.by_day, today.back_by_day) == ((2500,), (600,))
    assert "$19.00" in signed_in(app).get("/admin/").text


def test_what_became_of_the_orders_adds_up(app: Flask) -> None:
    for status in OrderStatus:
        add_order(app, status=status.value, amount_paid=2500 if status in SETTLED else 0)

    page = signed_in(app).get("/admin/").text

    row = re.search(
        r'<th scope="row">Today</th>\s*((?:<td class="number"[^>]*>\d+</td>\s*)+)', page
    )
    assert row
    created, *parts = map(int, re.findall(r">(\d+)<", row[1]))
    assert created == sum(parts) == len(OrderStatus)


def test_the_system_page_shows_no_secret(app: Flask) -> None:
    page = signed_in(app).get("/admin/system").text
    for secret in ("sk_test_tests", "whsec_tests", "tests-only-0123456789"):
        assert secret not in page
    assert "0018" in page


def test_an_orders_page_tells_the_evidence_of_each_hold(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, holds="amount_mismatch,wrong_reference", has_more=True)
    add_event(app, order_id, id=EVIDENCE["event_id"])

    page = client.get(f"/admin/orders/{order_id}").text

    assert page.count("26.00 USD (subtotal 25.00, tax 1.00; paid)") == 2
    assert page.count('href="/admin/events/evt_that_told_it"') >= 2
    assert 'datetime="2026-09-21T14:13:20.000Z"' in page
    assert client.get("/admin/events/evt_that_told_it").status_code == 200


@pytest.mark.parametrize("asked", ["", "?hold=wrong_reference", "?hold=uncaptured"])
def test_whoever_releases_a_hold_sees_its_own_evidence_and_a_way_to_the_other(
    app: Flask, asked: str
) -> None:
    order_id = add_order(app, holds="amount_mismatch,wrong_reference", has_more=True)
    mine, other = "amount_mismatch", "wrong_reference"
    if "wrong" in asked:
        mine, other = other, mine

    page = signed_in(app).get(f"/admin/orders/{order_id}/release{asked}").text

    assert page.count("26.00 USD (subtotal 25.00, tax 1.00; paid)") == 1
    assert f'name="hold" value="{mine}"' in page
    assert f"tag-{mine.replace('_', '-')}" in page
    assert f"release?hold={other}" in page


def test_a_released_hold_is_still_shown_on_its_order_but_not_offered(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, holds="amount_mismatch", has_more=True)
    press(client, f"/admin/orders/{order_id}/release", hold="amount_mismatch")

    page = client.get(f"/admin/orders/{order_id}").text

    assert "26.00 USD" in page
    assert "tag-released" in page
    assert "26.00 USD" not in client.get(f"/admin/orders/{order_id}/release").text


def test_an_orders_page_tells_what_went_back_and_what_nobody_knows(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, amount_charged_back=700, has_more=True)
    intent = app.extensions["checkout_service"].read_orders.view(order_id).payment_intent
    add_money_back(app, order_id, "dispute", status="lost", amount=700, intent_id=intent)
    add_write(app, order_id)
    stuck = add_write(app, order_id, state="quarantined", next_at=None)
    add_money_back(app, order_id)
    add_money_back(app, order_id, "dispute")

    page = client.get(f"/admin/orders/{order_id}").text

    assert "Charged back</dt><dd>$7.00" in page
    assert "A refund of $10.00 was asked of Stripe, its outcome is not known yet." in page
    assert f"/admin/quarantine/{stuck}/retry" in page
    assert "tag-pending" in page
    assert "answer at Stripe by" in page
    assert "fraudulent" in page


def test_an_event_with_half_a_character_is_shown(app: Flask) -> None:
    event_id = add_event(app, body=b'{"id":"evt_1","name":"Ad\\ud83d"}')

    page = signed_in(app).get(f"/admin/events/{event_id}")

    assert page.status_code == 200
    assert "Ad?" in page.text
