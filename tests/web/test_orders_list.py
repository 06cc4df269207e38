"""Orders found by what a backend or a person has in hand, each filter by an index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from checkout_service.domain.clock import rfc3339
from checkout_service.domain.ids import new_id, number_of, read_number
from checkout_service.domain.views.order_filter import OrderFilter
from checkout_service.storage import order_list
from checkout_service.storage.tables import orders
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
Ask = Callable[..., Any]


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage, tmp_path, api_keys=KEY).test_client()


@pytest.fixture
def found(client: FlaskClient) -> Ask:
    def ask(**query: Any) -> list[str]:
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = client.get("/api/v1/orders", query_string=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return [order["id"] for order in answer.get_json()["data"]]

    return ask


def three(stage: Stage) -> list[Bought]:
    """Put three orders, an hour apart."""
    made = []
    for who in ("ada", "ben", "cleo"):
        made.append(
            stage.buys(customer_email=f"{who}@example.com", client_reference_id=f"cart {who}")
        )
        stage.advance(3600)
    return made


def test_orders_are_found_by_what_goes_with_them(stage: Stage, found: Ask) -> None:
    _, ben, _ = three(stage)
    stage.pays(ben, email="ben@work.example")
    stage.delivers()
    intent = stage.order(ben)["payment_intent"]

    for query in (
        {"client_reference_id": "cart ben"},
        {"customer_email": "ben@example.com"},
        {"customer_email": "ben@work.example"},
        {"checkout_session": ben.session},
        {"payment_intent": intent},
        {"payment_intent": intent, "status": "paid"},
    ):
        assert found(**query) == [ben.order], query
    assert found(payment_intent=intent, status="pending") == []
    assert found(customer_email="BEN") == []


def test_orders_are_found_by_time(stage: Stage, found: Ask) -> None:
    ada, ben, cleo = three(stage)
    between = rfc3339(stage.now - 3600 * 1000 - 1)  # before Cleo's

    assert found(created_after=between) == [cleo.order]
    assert found(created_before=between) == [ben.order, ada.order]
    now = rfc3339(stage.now)
    stage.advance(1)
    stage.pays(ada)
    stage.delivers()
    assert found(updated_after=now) == found(fulfilled_after=now) == [ada.order]
    assert found(fulfilled_after=rfc3339(stage.now)) == []


@pytest.mark.parametrize(
    "query",
    [
        "created_before=yesterday", "updated_after=1790000000", "fulfilled_after=2026-01-01",
        "customer_email=", "payment_intent=", "checkout_session=%00", "client_reference_id=a%09b",
        "client_reference_id=" + "x" * 501, "number=A7K-3F9Q",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_says_so(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/orders?{query}", headers={"Authorization": f"Bearer {KEY}"})

    assert locs(problem(answer, 422, "invalid_input")) == {query.split("=", maxsplit=1)[0]}


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (OrderFilter(client_reference_id="x"), "ix_orders_client_reference_id"),
        (OrderFilter(customer_email="x"), "customer_email"),
        (OrderFilter(checkout_session="x"), "session_id"),
        (OrderFilter(payment_intent="x"), "intent_id"),
        (OrderFilter(fulfilled_after=1), "ix_fulfilments_fulfilled_at"),
        (OrderFilter(created_before=1), "ix_orders_created_at_id"),
    ],
)
def test_each_filter_has_its_index(stage: Stage, wanted: OrderFilter, index: str) -> None:
    statement = order_list.statement(wanted, before=None, limit=21)
    compiled = statement.compile(stage.engine, compile_kwargs={"literal_binds": True})
    with stage.parts.database.read() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all()

    told = " / ".join(str(row[-1]) for row in plan)
    assert index in told.replace("sqlite_autoindex_attempts_4", "session_id"), told
    assert "SCAN orders" not in told.replace("SCAN orders USING INDEX ix_orders_created_at_id", "")


def test_an_order_has_a_short_number_everywhere(stage: Stage, client: FlaskClient) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    number = stage.order(bought)["number"]

    assert number == number_of(bought.order) == read_number(number.lower().replace("-", " "))
    assert stage.messages(bought)[0]["body"]["data"]["order"]["number"] == number
    public = client.get(f"/api/v1/checkout-sessions/{bought.session}").get_json()
    assert "number" not in public["order"]
    with stage.parts.database.read() as connection:
        assert connection.execute(select(orders.c.number)).scalars().all() == [number]


def test_the_admin_finds_an_order_by_its_number_however_it_is_typed(stage: Stage) -> None:
    bought, _ = stage.buys(), stage.buys()
    number = stage.order(bought)["number"]

    for typed in (number, number.lower(), number.replace("-", ""), f" {number} "):
        page = stage.use_cases.admin.find_orders.find(typed)
        assert [order.id for order in page.orders] == [bought.order]


def test_numbers_are_of_one_shape_and_seldom_shared() -> None:
    numbers = {number_of(new_id("ord")) for _ in range(5_000)}

    assert len(numbers) >= 4_998
    assert all(read_number(number) == number for number in numbers)
    assert read_number("oil-0000") == "011-0000"
    for none in ("A7K-3F9", "A7K-3F9QX", "A7U-3F9Q", "", "ord_aaa"):
        assert read_number(none) is None
