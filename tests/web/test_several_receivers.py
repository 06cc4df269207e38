"""Several receivers as the API, the desk and a monitor show them; hostile words do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from checkout_service.domain.ports.notify import Delivered, Failed, Gone
from checkout_service.web.ops.collector import MetricsCollector
from tests.support.admin import press, signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.support.stage.receiver import RecordingReceiver

KEY = "key-of-the-merchants-backend"
MERCHANT = {"Authorization": f"Bearer {KEY}"}
FEED = "/api/v1/notifications"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def books() -> RecordingReceiver:
    return RecordingReceiver("books", "books.example:8443")


@pytest.fixture
def shop(books: RecordingReceiver) -> Iterator[Stage]:
    with Stage() as opened:
        opened.receivers.append(books)
        yield opened


@pytest.fixture
def app(shop: Stage, tmp_path: Path) -> Flask:
    return app_on(shop, tmp_path, api_keys=KEY)


@pytest.fixture
def state(app: Flask) -> Callable[[], str]:
    """Tell the state of the only message, as the feed says it."""

    def tell() -> str:
        (message,) = app.test_client().get(FEED, headers=MERCHANT).get_json()["data"]
        return str(message["state"])

    return tell


def paid(shop: Stage) -> str:
    bought = shop.buys()
    shop.pays(bought)
    shop.delivers()
    (message,) = shop.messages(bought, "order.paid")
    return str(message["id"])


def test_the_feed_says_one_word_for_all_receivers(
    shop: Stage, books: RecordingReceiver, state: Callable[[], str]
) -> None:
    name = paid(shop)
    assert state() == "due"
    books.says(Failed("HTTP 500"))
    shop.delivers_messages()
    assert [got.id for got in shop.receiver.got] == [name]
    assert state() == "due"

    books.says(Delivered())
    shop.advance(10)
    shop.delivers_messages()

    assert state() == "delivered"
    assert [(got.id, got.body) for got in books.got[1:]] == [
        (got.id, got.body) for got in shop.receiver.got
    ]


def test_a_redelivery_goes_to_all_and_needs_a_key(
    app: Flask, shop: Stage, books: RecordingReceiver, state: Callable[[], str]
) -> None:
    name = paid(shop)
    shop.delivers_messages()
    client, path = app.test_client(), f"{FEED}/{name}/redeliver"

    assert client.post(path).status_code == 401
    assert client.post(f"{FEED}/{name}%00/redeliver", headers=MERCHANT).status_code == 404
    assert client.post(f"{FEED}/books/redeliver", headers=MERCHANT).status_code == 404
    assert client.post(path, headers=MERCHANT).status_code == 202
    assert state() == "due"
    shop.delivers_messages()

    assert [got.id for got in shop.receiver.got] == [name, name]
    assert [got.id for got in books.got] == [name, name]
    assert state() == "delivered"


def test_the_desk_shows_how_it_goes_with_each(
    app: Flask, shop: Stage, books: RecordingReceiver
) -> None:
    name = paid(shop)
    books.says(Failed(EVIL))
    shop.delivers_messages()
    desk = signed_in(app)

    everything, one = desk.get("/admin/messages").text, desk.get(f"/admin/messages/{name}").text

    assert "1. backend.example" in everything
    assert "2. books.example:8443" in everything
    assert "tag-failing" in everything
    for page in (everything, one):
        assert EVIL not in page
        assert "&lt;script&gt;" in page
    rows = one.split("Receivers")[-1]
    assert rows.index("tag-delivered") < rows.index("2. books.example:8443")
    assert rows.index("2. books.example:8443") < rows.index("tag-due")


def test_the_desk_shows_no_table_for_a_lone_receiver(tmp_path: Path) -> None:
    with Stage() as shop:
        name = paid(shop)
        shop.delivers_messages()
        desk = signed_in(app_on(shop, tmp_path))

        assert "backend.example" not in desk.get("/admin/messages").text
        assert "Receivers" not in desk.get(f"/admin/messages/{name}").text


def test_one_button_enables_whoever_said_gone(
    app: Flask, shop: Stage, books: RecordingReceiver
) -> None:
    paid(shop)
    books.says(Gone())
    shop.delivers_messages()
    desk = signed_in(app)
    assert "tag-disabled" in desk.get("/admin/messages").text

    press(desk, "/admin/receiver/merchant/enable")
    books.says(Delivered())
    shop.delivers_messages()

    assert len(books.got) == 2
    assert "tag-disabled" not in desk.get("/admin/messages").text


def test_a_monitor_sees_each_by_its_number_and_host(shop: Stage, books: RecordingReceiver) -> None:
    paid(shop)
    books.says(Failed("HTTP 500"))
    shop.delivers_messages()

    told = {
        (sample.name, *sample.labels.values()): sample.value
        for family in _families(shop)
        for sample in family.samples
        if sample.name.startswith("checkout_receiver")
    }

    books_are, owed = ("2", "books.example:8443"), "checkout_receiver_messages"
    assert told["checkout_receivers", *books_are, "failing"] == 1
    assert told["checkout_receivers", *books_are, "well"] == 0
    assert told["checkout_receivers", "1", "backend.example", "well"] == 1
    assert told[owed, *books_are, "due"] == 1
    assert told[owed, "1", "backend.example", "due"] == 0
    assert told["checkout_receiver", "failing"] == 1


def _families(shop: Stage) -> Any:
    registry = CollectorRegistry()
    registry.register(MetricsCollector(shop.use_cases.admin.metrics.read))
    families: Iterator[Metric] = iter(registry.collect())
    return families
