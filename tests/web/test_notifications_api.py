"""The feed of notifications: every message in order, by a cursor that loses none; and once more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from checkout_service.storage.database import Database
from checkout_service.storage.tables import outbox_messages
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage
from tests.web.asserts import locs, problem

KEY = "key-of-the-merchants-backend"
FEED = "/api/v1/notifications"
Ask = Callable[..., Any]


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage, tmp_path, api_keys=KEY).test_client()


@pytest.fixture
def feed(client: FlaskClient) -> Ask:
    def ask(query: str = "") -> Any:
        return client.get(f"{FEED}{query}", headers={"Authorization": f"Bearer {KEY}"})

    return ask


@pytest.fixture
def redeliver(client: FlaskClient) -> Ask:
    def ask(name: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {KEY}"}
        return client.post(f"{FEED}/{name}/redeliver", headers=headers, **more)

    return ask


def paid(stage: Stage) -> Bought:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    return bought


def test_the_feed_tells_what_is_sent_under_the_same_ids(stage: Stage, feed: Ask) -> None:
    bought = paid(stage)
    stage.refunds(bought, 1000)
    stage.delivers_messages()

    told = feed().get_json()["data"]

    assert [(one["type"], one["state"]) for one in told] == [
        ("order.paid", "delivered"),
        ("order.refunded", "delivered"),
    ]
    assert [(one["id"], one["body"]) for one in told] == [
        (got.id, got.body) for got in stage.receiver.got
    ]
    assert all(one["created_at"].endswith("Z") for one in told)


def test_a_reader_who_keeps_the_cursor_reads_each_message_once(stage: Stage, feed: Ask) -> None:
    assert feed().get_json() == {"data": [], "next_cursor": None}
    read: list[str] = []
    cursor = ""
    for _ in range(3):
        paid(stage)
        paid(stage)
        while data := (page := feed(f"?limit=1{cursor}").get_json())["data"]:
            read += [one["id"] for one in data]
            cursor = f"&after={page['next_cursor']}"
        assert f"&after={page['next_cursor']}" == cursor

    assert len(read) == len(set(read)) == 6
    assert read == [one["id"] for one in feed().get_json()["data"]]


def test_a_message_that_shows_late_is_read_though_its_time_is_earlier(
    stage: Stage, feed: Ask
) -> None:
    bought = paid(stage)
    stage.advance(60)
    paid(stage)
    cursor = feed().get_json()["next_cursor"]
    late = stage.messages(bought)[0] | {"id": "msg_late", "about": "late", "place": None}
    late |= {"body": '{"type":"order.paid"}', "created_at": late["created_at"] - 5_000}
    database: Database = stage.parts.database
    database.write(lambda c: c.execute(outbox_messages.insert().values(late)))

    assert [one["id"] for one in feed(f"?after={cursor}").get_json()["data"]] == ["msg_late"]


@pytest.mark.parametrize(
    "query", ["after=", "after=x", "after=%00", "after=MTphYg", "limit=0", "limit=101", "until=x"]
)
def test_a_feed_asked_wrongly_says_what_is_wrong(feed: Ask, query: str) -> None:
    told = problem(feed(f"?{query}"), 422, "invalid_input")

    assert locs(told) == {query.split("=", maxsplit=1)[0]}


def test_a_cursor_of_the_orders_is_none_of_the_feeds(
    stage: Stage, client: FlaskClient, feed: Ask
) -> None:
    paid(stage)
    paid(stage)
    headers = {"Authorization": f"Bearer {KEY}"}
    orders = client.get("/api/v1/orders?limit=1", headers=headers).get_json()

    problem(feed(f"?after={orders['next_cursor']}"), 422, "invalid_input")


def test_strangers_read_nothing_and_send_nothing(stage: Stage, client: FlaskClient) -> None:
    name = stage.messages(paid(stage))[0]["id"]
    stage.delivers_messages()

    problem(client.get(FEED), 401, "unauthorized")
    problem(client.post(f"{FEED}/{name}/redeliver"), 401, "unauthorized")
    stage.delivers_messages()
    assert len(stage.receiver.got) == 1


def test_a_message_is_sent_once_more_under_its_own_id(stage: Stage, redeliver: Ask) -> None:
    name = stage.messages(paid(stage))[0]["id"]
    stage.delivers_messages()

    answer = redeliver(name)

    assert (answer.status_code, answer.get_json()) == (202, {"id": name, "state": "due"})
    stage.delivers_messages()
    assert [got.id for got in stage.receiver.got] == [name, name]


@pytest.mark.parametrize("name", ["msg_unknown", "x", "%00", "-", "msg_%F0%9F"])
def test_an_unknown_message_is_not_found(redeliver: Ask, name: str) -> None:
    problem(redeliver(name), 404, "not_found")


def test_a_body_with_a_redelivery_is_refused(stage: Stage, redeliver: Ask) -> None:
    name = stage.messages(paid(stage))[0]["id"]

    problem(redeliver(name, json={"to": "https://elsewhere.example"}), 422, "invalid_input")
