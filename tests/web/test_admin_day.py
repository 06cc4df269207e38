"""The statement of a day: what came and went, and what Stripe's balance says beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.staff import Role
from tests.support.admin import admin_app, database_of, field, hired, signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web import standings as reach


@pytest.fixture
def app(shop: Stage, tmp_path: Path) -> Flask:
    return app_on(shop, tmp_path)


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return signed_in(app)


def compared(client: FlaskClient, **form: str) -> str:
    page = client.get("/admin/day", query_string=form).text
    answer = client.post("/admin/day", data={"csrf_token": field(page)} | form)
    assert answer.status_code == 200
    return answer.text


def cells(page: str, kind: str) -> list[str]:
    """Read the numbers of a line of the statement."""
    row = re.search(rf'<th scope="row">(?:<strong>)?{kind}.*?</tr>', page, re.DOTALL)
    assert row, page
    found = re.findall(r"<td[^>]*>(.*?)</td>", row[0], re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in found]


def test_a_day_is_what_stripe_says_it_is(admin: FlaskClient, shop: Stage) -> None:
    reach.paid(shop)
    reach.partially_refunded(shop)
    reach.disputed(shop)
    shop.delivers()

    assert cells(admin.get("/admin/day").text, "Net")[1] == "$99.00"

    page = compared(admin)

    assert cells(page, "Payments") == ["3", "$150.00", "3", "$150.00", "none"]
    assert cells(page, "Refunds") == ["1", "-$1.00", "1", "-$1.00", "none"]
    assert cells(page, "Disputes") == ["1", "-$50.00", "1", "-$50.00", "none"]
    assert cells(page, "Net")[3:] == ["$99.00", "none"]
    assert "not known here" not in page


def test_what_only_stripe_knows_is_a_difference_with_a_name(
    admin: FlaskClient, shop: Stage
) -> None:
    bought = reach.paid(shop)
    intent = shop.order(bought)["payment_intent"]
    refund = shop.stripe("POST", "/v1/refunds", payment_intent=intent, amount=700)
    shop.drops()  # nobody tells us

    page = compared(admin)

    assert cells(page, "Refunds") == ["0", "$0.00", "1", "-$7.00", "-$7.00"]
    assert refund["id"] in page


def test_all_that_moved_at_stripe_is_in_its_column_and_what_differs_is_told(
    app: Flask, admin: FlaskClient, shop: Stage
) -> None:
    bought = reach.paid(shop)
    intent = shop.order(bought)["payment_intent"]
    shop.control("POST", f"payment_intents/{intent}/refunds", {"status": "pending"})
    refund = shop.stripe("POST", "/v1/refunds", payment_intent=intent)
    shop.delivers()
    shop.control("POST", f"refunds/{refund['id']}/settle", {"status": "failed"})
    won = reach.disputed(shop, ends="won")
    shop.delivers()

    page = compared(admin)

    assert cells(page, "Refund failure") == ["0", "$0.00", "1", "$50.00", "$50.00"]
    assert cells(page, "Dispute reversal") == ["0", "$0.00", "1", "$50.00", "$50.00"]
    moved = shop.stripe("GET", "/v1/balance_transactions", limit=100)["data"]
    assert sum(one["amount"] for one in moved) == 100_00
    assert cells(page, "Net") == ["", "$0.00", "", "$100.00", "$100.00"]
    (told,) = re.findall(r"<li[^>]*>(Refund failure.*?)</li>", page)
    assert refund["id"] in told
    assert f"/admin/orders/{bought.order}" in told
    assert "its money is back" in told
    (told,) = re.findall(r"<li[^>]*>(Dispute reversal.*?)</li>", page)
    assert f"/admin/orders/{won.order}" in told


def test_what_went_to_the_bank_stands_beside_the_net(admin: FlaskClient, shop: Stage) -> None:
    reach.paid(shop)
    (booked,) = shop.stripe("GET", "/v1/balance_transactions")["data"]
    payout = {"reporting_category": "payout", "type": "payout", "source": "po_of_the_day"}
    store = shop.side.world.store
    store.put(booked | payout | {"id": "txn_payout", "amount": -4000, "net": -4000})
    fee = {"reporting_category": "fee", "type": "stripe_fee", "source": None}
    store.put(booked | fee | {"id": "txn_fee", "amount": -30, "net": -30})

    page = compared(admin)

    assert cells(page, "Fee") == ["0", "$0.00", "1", "-$0.30", "-$0.30"]
    assert cells(page, "Net") == ["", "$50.00", "", "$49.70", "-$0.30"]
    assert cells(page, "To your bank") == ["", "", "1", "-$40.00", ""]
    assert "po_of_the_day" not in page
    assert "Fee txn_fee, -$0.30" in page


def test_another_day_is_another_sum(app: Flask, admin: FlaskClient, shop: Stage) -> None:
    reach.paid(shop)
    today = re.findall(r'name="day" value="(\S+?)"', admin.get("/admin/day").text)[0]
    shop.advance(86_400)
    admin = signed_in(app)  # a session lasts half a day

    assert "No money moved" in admin.get("/admin/day").text
    assert "No money moved" in compared(admin)
    assert "$50.00" in compared(admin, day=today)


def test_a_spreadsheet_gets_the_same_sums(admin: FlaskClient, shop: Stage) -> None:
    reach.partially_refunded(shop)
    shop.delivers()

    answer = admin.get("/admin/day.csv")

    assert answer.mimetype == "text/csv"
    lines = [line.split(",")[1:] for line in answer.text.splitlines()]
    assert lines == [
        ["time_zone", "currency", "kind", "count", "amount"],
        ["UTC", "usd", "payments", "1", "5000"],
        ["UTC", "usd", "refunds", "1", "-100"],
        ["UTC", "usd", "disputes", "0", "0"],
    ]


def test_stripe_is_asked_by_whom_may_and_only_when_the_button_is_pressed(
    app: Flask, admin: FlaskClient, shop: Stage
) -> None:
    shop.forget_calls()
    assert admin.get("/admin/day").status_code == 200
    assert shop.reads("/v1/balance_transactions") == []

    viewer = hired(app, "ann", Role.VIEW)
    page = viewer.get("/admin/day").text
    assert "Compare with Stripe" not in page
    token = field(page)
    assert viewer.post("/admin/day", data={"csrf_token": token}).status_code == 403
    assert admin.post("/admin/day", data={}).status_code == 403
    assert app.test_client().get("/admin/day").status_code == 303
    assert app.test_client().get("/admin/day.csv").status_code == 303
    assert shop.reads("/v1/balance_transactions") == []


def test_a_stripe_that_does_not_answer_is_said_on_a_page(admin: FlaskClient, shop: Stage) -> None:
    token = field(admin.get("/admin/day").text)
    shop.control("PUT", "faults", {"api": [
        {"method": "GET", "path": "/v1/balance_transactions", "kind": "error_500"}
    ]})  # fmt: skip

    answer = admin.post("/admin/day", data={"csrf_token": token})

    assert answer.status_code == 503
    assert "<h1>" in answer.text


@pytest.mark.parametrize("day", ["x", "9999-12-31", "0001-01-01", "2026-02-30", "\0", "x" * 9000])
def test_a_day_that_is_none_is_refused_in_words_and_never_today(
    admin: FlaskClient, day: str
) -> None:
    token = field(admin.get("/admin/day").text)
    for answer in (
        admin.get("/admin/day", query_string={"day": day}),
        admin.get("/admin/day.csv", query_string={"day": day}),
        admin.post("/admin/day", data={"csrf_token": token, "day": day}),
    ):
        assert answer.status_code == 422
        assert "There is no day" in answer.text
        assert "written as 2026-02-28" in answer.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_key_that_only_reads_payments_compares_nothing(database_url: str) -> None:
    app = admin_app(database_url, stripe_secret_key="rk_test_reads_links", stripe_webhook_secret="")
    client = signed_in(app)
    page = client.get("/admin/day").text

    answer = client.post("/admin/day", data={"csrf_token": field(page)})

    assert "Compare with Stripe" not in page
    assert answer.status_code == 501
    assert "<h1>" in answer.text
    database_of(app).engine.dispose()
