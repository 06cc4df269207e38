"""Disputes at the desk: what waits for an answer, by when it is due, and counted on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.clock import DAY, SystemClock
from checkout_service.domain.ids import number_of
from tests.support.admin import add_money_back, add_order, admin_app, database_of, signed_in

_ROW = re.compile(r"dashboard\.stripe\.com/((?:test/)?)disputes/(dp_\w+)")


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return [name for _, name in _ROW.findall(client.get(f"/admin/disputes{query}").text)]


def in_navigation(client: FlaskClient, path: str = "/admin/system") -> str | None:
    found = re.search(r'class="count">(\d+)', client.get(path).text)
    return found[1] if found else None


def test_what_is_due_first_stands_first_and_what_has_no_date_last(app: Flask) -> None:
    client, now = signed_in(app), SystemClock().now()
    order = add_order(app)
    due = [
        add_money_back(app, order, "dispute", evidence_due_at=at)
        for at in (now + 9 * DAY, now + DAY, None, now - DAY)
    ]
    asked = add_money_back(
        app, order, "dispute", status="warning_needs_response", evidence_due_at=now + 2 * DAY
    )
    add_money_back(app, order, "dispute", status="under_review")

    assert listed(client) == [due[3], due[1], asked, due[0], due[2]]
    assert in_navigation(client) == "5"


def test_a_row_says_what_is_asked_of_which_order_and_leads_to_stripe(app: Flask) -> None:
    client, now = signed_in(app), SystemClock().now()
    of_test, of_live = add_order(app), add_order(app, livemode=True)
    add_money_back(
        app, of_test, "dispute", status="warning_needs_response", reason="product_not_received",
        evidence_due_at=now - 1,
    )  # fmt: skip
    add_money_back(app, of_live, "dispute", id="dp_live", currency="eur", amount=1234)

    page = client.get("/admin/disputes").text

    for word in (
        "inquiry",
        "product not received",
        "$5.00",
        "€12.34",
        "overdue",
        number_of(of_test),
    ):
        assert word in page
    assert f'href="/admin/orders/{of_test}"' in page
    assert "https://dashboard.stripe.com/disputes/dp_live" in page
    assert [live for live, _ in _ROW.findall(page)] == ["test/", ""]
    assert (
        "https://dashboard.stripe.com/disputes/dp_live"
        in client.get(f"/admin/orders/{of_live}").text
    )


def test_answered_and_decided_disputes_have_their_own_lists(app: Flask) -> None:
    client, order = signed_in(app), add_order(app)
    words = ("under_review", "warning_under_review", "won", "lost", "prevented", "warning_closed")
    names = {word: add_money_back(app, order, "dispute", status=word) for word in words}

    assert set(listed(client, "?stage=at_the_bank")) == {names[word] for word in words[:2]}
    assert set(listed(client, "?stage=decided")) == {names[word] for word in words[2:]}
    assert listed(client) == []
    assert "No dispute waits for an answer." in client.get("/admin/disputes").text
    assert in_navigation(client) is None


@pytest.mark.parametrize("stage", ["to_answer", "decided"])
def test_pages_follow_each_other_without_gap_or_repetition(app: Flask, stage: str) -> None:
    client, now, order = signed_in(app), SystemClock().now(), add_order(app)
    status = "needs_response" if stage == "to_answer" else "lost"
    known = {
        add_money_back(
            app, order, "dispute", status=status, created_at=now - n // 3,
            evidence_due_at=now + n // 3 * DAY if n % 4 else None,
        )
        for n in range(120)
    }  # fmt: skip

    seen: list[str] = []
    query: str | None = f"?stage={stage}"
    while query is not None:
        page = client.get(f"/admin/disputes{query}").text
        seen += [name for _, name in _ROW.findall(page)]
        more = re.search(r'href="/admin/disputes([^"]+)" rel="next"', page)
        query = more[1].replace("&amp;", "&") if more else None

    assert len(seen) == 120
    assert set(seen) == known


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_odd_addresses_are_answered_calmly(app: Flask) -> None:
    client = signed_in(app)

    for query in ("?stage=nothing", "?stage=%00", "?stage=" + "x" * 3000, "?cursor=x"):
        assert client.get(f"/admin/disputes{query}").status_code in (200, 422)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nobody_sees_them_without_signing_in(app: Flask) -> None:
    add_money_back(app, add_order(app), "dispute")

    answer = app.test_client().get("/admin/disputes")

    assert answer.status_code == 303
    assert "dp_" not in answer.text
    assert in_navigation(app.test_client(), "/admin/login") is None
