"""A database in trouble: honest answers, red in time, green by itself, and one line in the log."""

from __future__ import annotations

import hashlib
import hmac
import json
import resource
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, func, select, update
from werkzeug.test import TestResponse

from checkout_service.storage.tables import attempts, bookmarks, inbox_events
from tests.support.admin import add_order, admin_app, database_of
from tests.support.databases import KEYS, Databases
from tests.support.patience import at_this_pace
from tests.support.postgres import Postgres

ROOM = 16_384  # bytes: no file of this process can be written beyond them meanwhile
CART = {"items": [{"price": "poster-usd", "quantity": 1}]}
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def webhook(app: Flask, event_id: str) -> TestResponse:
    body = json.dumps(
        {"id": event_id, "object": "event", "type": "account.updated", "livemode": False,
         "api_version": "2020-01-01", "created": 1, "data": {"object": {"id": "acct_1"}}}
    )  # fmt: skip
    at = int(time.time())
    secret = KEYS["STRIPE_WEBHOOK_SECRET"].encode()
    signature = hmac.new(secret, f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={at},v1={signature}"}
    return app.test_client().post("/webhooks/stripe", data=body, headers=headers)


def create(app: Flask) -> TestResponse:
    return app.test_client().post("/api/v1/checkout-sessions", json=CART)


def readiness(app: Flask) -> TestResponse:
    return app.test_client().get("/readyz")


def green_again(app: Flask) -> None:
    """See it become ready in ten seconds."""
    most, began = at_this_pace(10), time.monotonic()
    while readiness(app).status_code != 200:
        assert time.monotonic() - began < most
        time.sleep(0.2)


def known_events(app: Flask) -> int:
    with database_of(app).read() as connection:
        return int(connection.execute(select(func.count()).select_from(inbox_events)).scalar_one())


def endure(app: Flask, trouble: AbstractContextManager[object], lines: Lines, words: str) -> None:
    """Have trouble, ask for everything at once meanwhile, and see it heal."""
    assert readiness(app).status_code == 200
    assert webhook(app, "evt_before").status_code == 200
    time.sleep(1.1)  # an answer of readiness is a second old at most
    lines()
    with trouble:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            red = pool.submit(readiness, app)
            asked = [pool.submit(webhook, app, f"evt_{n}") for n in range(3)]
            asked += [pool.submit(create, app) for _ in range(3)]
            told = red.result()
            assert time.monotonic() - began < at_this_pace(5)
            refused = [answer.result() for answer in asked]
        assert time.monotonic() - began < at_this_pace(12)
        assert told.status_code == 503
        assert words in told.get_json()["detail"]
        for answer in (told, *refused):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) > 0
        assert {answer.get_json()["code"] for answer in refused} == {"database_unavailable"}
        assert app.test_client().get("/healthz").status_code == 200
    green_again(app)
    assert known_events(app) == 1
    assert [webhook(app, f"evt_{n}").status_code for n in range(3)] == [200] * 3
    assert known_events(app) == 4
    said = [line["event"] for line in lines()]
    assert said == ["database.unavailable", "database.available"]


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


def _write_a_row(connection: Connection) -> None:
    connection.execute(update(bookmarks).values(position=bookmarks.c.position + 1))


@contextmanager
def full(app: Flask, database_url: str) -> Iterator[None]:
    wal = Path(database_url.removeprefix("sqlite:///") + "-wal")
    while wal.stat().st_size <= ROOM:
        database_of(app).write(_write_a_row)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(app: Flask, database_url: str) -> Iterator[None]:
    name = database_url.rpartition("/")[2]
    server = database_url.rpartition("/")[0] + "/postgres"
    setting = f'ALTER DATABASE "{name}" SET default_transaction_read_only = '
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"{setting}on".encode())
        database_of(app).engine.dispose()  # the setting is for connections made from now on
        yield
        connection.execute(f"{setting}off".encode())


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    assert server._owned is not None
    server._owned.halt()
    yield
    server._owned.start()


@contextmanager
def taken(app: Flask) -> Iterator[None]:
    engine = database_of(app).engine
    with ExitStack() as held:
        for _ in range(engine.pool.size() + max(0, engine.pool._max_overflow)):  # type: ignore[attr-defined]
            held.enter_context(engine.execution_options(checkout_writes=False).connect())
        yield


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_locked_database(app: Flask, database_url: str, lines: Lines) -> None:
    endure(app, locked(database_url), lines, "database")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_while_somebody_writes_whoever_asks_is_told_what_is_known(
    app: Flask, database_url: str
) -> None:
    order_id = add_order(app, status="pending", amount_paid=0)
    with database_of(app).read() as connection:
        query = select(attempts.c.session_id).where(attempts.c.order_id == order_id)
        session = connection.execute(query).scalar_one()

    with locked(database_url):
        answer = app.test_client().get(f"/api/v1/checkout-sessions/{session}")

    assert answer.status_code == 200
    assert answer.get_json()["order"]["status"] == "pending"
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_full_disk(app: Flask, database_url: str, lines: Lines) -> None:
    endure(app, full(app, database_url), lines, "database")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_read_only_server(app: Flask, database_url: str, lines: Lines) -> None:
    endure(app, read_only(app, database_url), lines, "can only be read")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_stopped_server(app: Flask, databases: Databases, lines: Lines) -> None:
    server = databases.server("postgresql")
    assert isinstance(server, Postgres)
    endure(app, stopped(server), lines, "does not answer")


def test_no_connection_left(app: Flask, lines: Lines) -> None:
    endure(app, taken(app), lines, "database")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_file_that_was_put_in_the_place_of_ours_is_found(app: Flask, database_url: str) -> None:
    assert webhook(app, "evt_before").status_code == 200
    file = Path(database_url.removeprefix("sqlite:///"))
    copy = sqlite3.connect(f"{file}.copy")
    with sqlite3.connect(file) as source:
        source.backup(copy)
    copy.close()
    source.close()
    for leftover in (Path(f"{file}-wal"), Path(f"{file}-shm")):
        leftover.unlink(missing_ok=True)
    shutil.move(f"{file}.copy", file)

    assert webhook(app, "evt_1").status_code in (200, 503)
    green_again(app)
    assert webhook(app, "evt_1").status_code == 200
    assert known_events(app) == 2


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nothing_is_taken_into_a_file_that_was_deleted(app: Flask, database_url: str) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    assert webhook(app, "evt_before").status_code == 200
    shutil.move(file, f"{file}.kept")

    assert webhook(app, "evt_1").status_code == 503
    assert create(app).status_code == 503
    told = readiness(app)
    assert (told.status_code, "file" in told.get_json()["detail"]) == (503, True)

    shutil.move(f"{file}.kept", file)
    green_again(app)
    assert webhook(app, "evt_1").status_code == 200
    assert known_events(app) == 2


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_database_of_another_release_is_named(empty_database_url: str, lines: Lines) -> None:
    app = admin_app(empty_database_url)
    lines()

    answers = [webhook(app, "evt_1"), create(app), readiness(app)]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[-1].get_json()["detail"] == "Not ready: migrations."
    assert [line["event"] for line in lines()] == ["database.unavailable"]
    database_of(app).engine.dispose()
