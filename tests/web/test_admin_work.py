"""Work lists: what waits for a person is counted on every page, and listed with why."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.clock import DAY, HOUR, SystemClock
from checkout_service.domain.ids import number_of
from checkout_service.domain.staff import Role
from tests.support.admin import (
    EVIDENCE,
    add_authorisation,
    add_event,
    add_message,
    add_money_back,
    add_order,
    admin_app,
    database_of,
    hired,
    signed_in,
)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


def counted(client: FlaskClient) -> dict[str, int]:
    """Read the counts in the navigation of some page."""
    found = re.findall(
        r'<a href="/admin/(\w+)(?:\?state=dead)?"[^>]*>[^<]+<strong class="count">(\d+)',
        client.get("/admin/audit").text,
    )
    return {name: int(count) for name, count in found}


def test_the_navigation_counts_what_waits_and_nothing_else(app: Flask) -> None:
    client, now = signed_in(app), SystemClock().now()
    assert counted(client) == {}
    held = add_order(app, holds="amount_mismatch", has_more=True)
    add_order(app, status="pending", amount_paid=0, quarantined_at=now, look_error="gone")
    add_event(app, state="quarantined", last_error="KeyError")
    add_money_back(app, held, "dispute")
    add_money_back(app, held, "dispute", status="won")
    add_message(app, held)
    add_message(app, held, state="delivered")
    for until in (now + HOUR, now + 3 * DAY):
        add_authorisation(app, add_order(app, status="processing", amount_paid=0), until)

    assert counted(client) == {
        "holds": 1, "disputes": 1, "quarantine": 2, "messages": 1, "authorisations": 1,
    }  # fmt: skip


def test_the_longest_hold_stands_first_with_what_was_expected_and_seen(app: Flask) -> None:
    client, now = signed_in(app), SystemClock().now()
    new = add_order(app, holds="amount_mismatch", has_more=True)
    old = add_order(
        app, holds="wrong_reference,uncaptured", has_more=True, created_at=now - 9 * DAY,
        customer_email="jo@example.com",
    )  # fmt: skip
    add_order(app)

    page = client.get("/admin/holds").text

    assert re.findall(r'href="/admin/orders/(ord_\w{24})"', page) == [old, new]
    assert page.count(str(EVIDENCE["expected"])) == 3
    assert "jo@example.com" in page
    assert f"/admin/orders/{old}/release?hold=uncaptured" in page
    assert "release?hold" not in hired(app, "ann", Role.REFUND).get("/admin/holds").text


def test_authorisations_stand_by_when_they_end(app: Flask) -> None:
    client, now = signed_in(app), SystemClock().now()
    later, soon, far = (
        add_order(app, status="processing", amount_paid=0, name=name) for name in "abc"
    )
    for order_id, until in ((later, now + 3 * DAY), (soon, now + HOUR), (far, now + 30 * DAY)):
        add_authorisation(app, order_id, until)

    page = client.get("/admin/authorisations").text

    found = re.findall(r'href="/admin/orders/(ord_\w{24})"', page)
    assert found == [soon, later]
    assert page.count("within a day") == 1
    assert number_of(far) not in page


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_empty_lists_say_so_and_strangers_see_none(app: Flask) -> None:
    client, stranger = signed_in(app), app.test_client()

    for path, words in (
        ("holds", "No order is held."),
        ("authorisations", "No authorisation ends"),
        ("quarantine", "Nothing is in quarantine."),
    ):
        assert words in client.get(f"/admin/{path}").text
        assert stranger.get(f"/admin/{path}").status_code == 303


def test_a_products_orders_are_found_with_the_other_filters(app: Flask) -> None:
    client = signed_in(app)
    poster = add_order(app, price="poster-usd")
    old = add_order(app, price="poster-usd", created_at=SystemClock().now() - 9 * DAY)
    add_order(app, price="mug-eur")
    add_order(app)

    def found(query: str) -> list[str]:
        page = client.get(f"/admin/orders?{query}").text
        return re.findall(r'href="/admin/orders/(ord_\w{24})"', page)

    assert found("product=poster") == [poster, old]
    assert found("product=poster&until=2001-01-01") == []
    assert found("product=poster&status=refunded") == []
    assert len(found("product=nothing")) == 4
    page = client.get("/admin/orders?product=poster&status=paid").text
    form = page.partition('class="days"')[2].partition("</form>")[0]
    for kept in ("orders.csv", 'name="status" value="paid"', 'value="poster" selected'):
        assert kept in form


def test_an_orders_page_tells_what_happened_in_words(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, status="partially_refunded", amount_refunded=500)
    event = add_event(app, order_id)
    add_money_back(app, order_id, status="succeeded")
    add_money_back(app, order_id, status="pending", amount=100)

    page = client.get(f"/admin/orders/{order_id}").text

    for words in (
        "The order was opened",
        "A part of the money is back with the buyer",
        "Refund of $5.00 is back with the buyer",
        "Refund of $1.00 is on its way",
        "by Stripe&#39;s webhook",
        'aria-label="Breadcrumb"',
        "Look now",
    ):
        assert words in page, words
    assert f"/admin/events/{event}" in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("needs_response", "it waits for your answer"),
        ("under_review", "the bank looks at your answer"),
        ("lost", "decided for the buyer, the money is gone"),
        ("won", "decided for you, the money is yours again"),
        ("warning_closed", "closed, no money was taken"),
        ("a_word_of_tomorrow", "a word of tomorrow"),
    ],
)
def test_how_a_dispute_stands_is_told_in_a_sentence(app: Flask, status: str, words: str) -> None:
    order_id = add_order(app)
    add_money_back(app, order_id, "dispute", status=status)

    page = signed_in(app).get(f"/admin/orders/{order_id}").text

    assert f"fraudulent. Now: {words}</p>" in page
    assert "now)" not in page
