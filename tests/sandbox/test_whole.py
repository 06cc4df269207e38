"""A change is made as a whole or not at all: what breaks in its midst leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stripe_sandbox.app import create_sandbox
from stripe_sandbox.store import Store
from tests.support.merchant import Merchant

KEY = {"Authorization": "Bearer sk_test_1"}
MONTHLY = {
    "mode": "subscription", "success_url": "https://shop.test/done", "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd", "line_items[0][price_data][unit_amount]": "500",
    "line_items[0][price_data][product_data][name]": "Tea",
    "line_items[0][price_data][recurring][interval]": "month",
}  # fmt: skip


@pytest.fixture
def app(receiver: Merchant) -> Flask:
    made = create_sandbox(ticking=False, webhook=receiver.url)
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


@pytest.fixture
def http(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@contextmanager
def no_room_for(app: Flask, kind: str) -> Iterator[None]:
    """Have the database keep no object whose id begins so, as a full disk would in the midst."""
    file = app.extensions["world"].store._file
    file.execute(
        f"CREATE TRIGGER full BEFORE INSERT ON objects WHEN NEW.id LIKE '{kind}^_%' ESCAPE '^'"
        " BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    try:
        yield
    finally:
        file.execute("DROP TRIGGER full")


def listed(http: FlaskClient, kind: str) -> Any:
    return http.get(f"/v1/{kind}", headers=KEY).get_json()["data"]


def a_session(http: FlaskClient) -> str:
    made: str = http.post("/v1/checkout/sessions", data=MONTHLY, headers=KEY).get_json()["id"]
    return made


@pytest.mark.parametrize("door", ["/_sandbox/checkout/sessions/{}/pay", "/c/pay/{}"])
def test_a_payment_that_breaks_takes_no_money_and_tells_nobody(
    app: Flask, http: FlaskClient, receiver: Merchant, door: str
) -> None:
    session = a_session(http)
    form: Any = {"json": {}} if "_sandbox" in door else {
        "data": {"method": "card", "number": "4242424242424242", "email": "a@shop.test"}
    }  # fmt: skip
    with no_room_for(app, "sub"):
        assert http.post(door.format(session), **form).status_code == 500

    for kind in ("charges", "payment_intents", "customers", "events", "balance_transactions"):
        assert listed(http, kind) == []
    kept = http.get(f"/v1/checkout/sessions/{session}", headers=KEY).get_json()
    assert (kept["status"], kept["payment_status"]) == ("open", "unpaid")

    assert http.post(door.format(session), **form).status_code in (200, 303)
    assert len(listed(http, "charges")) == 1
    assert app.extensions["world"].delivery.flush()
    told = sorted(json.loads(message.body)["id"] for message in receiver.got)
    assert told == sorted(event["id"] for event in listed(http, "events?limit=50"))


def test_a_decline_is_an_answer_and_stays(http: FlaskClient) -> None:
    session = a_session(http)

    body = {"payment_method": "4000000000000002"}
    assert http.post(f"/_sandbox/checkout/sessions/{session}/pay", json=body).status_code == 402

    assert [charge["status"] for charge in listed(http, "charges")] == ["failed"]


def test_a_call_of_the_api_that_breaks_leaves_nothing(app: Flask, http: FlaskClient) -> None:
    with no_room_for(app, "evt"):
        answer = http.post("/v1/customers", data={"email": "a@shop.test"}, headers=KEY)
        assert answer.status_code == 500

    assert listed(http, "customers") == []


def test_a_clock_that_breaks_does_not_move(app: Flask, http: FlaskClient) -> None:
    session = a_session(http)
    assert http.post(f"/_sandbox/checkout/sessions/{session}/pay", json={}).status_code == 200
    leap = {"advance": 40 * 86_400}
    with no_room_for(app, "in"):
        assert http.post("/_sandbox/clock", json=leap).status_code == 500

    assert http.post("/_sandbox/clock", json={"advance": 0}).get_json()["offset"] == 0
    assert len(listed(http, "invoices")) == 1
    http.post("/_sandbox/clock", json=leap)
    assert len(listed(http, "invoices")) == 2


def test_what_is_taken_back_is_the_same_object_as_before() -> None:
    store = Store()
    thing = store.put({"id": "x_1", "object": "x", "list": [1]})
    store.put({"id": "x_2", "object": "x"})

    def breaks() -> None:
        with store.change():
            thing["list"].append(2)
            store.put({"id": "x_3", "object": "x"})
            store.drop("x_2")
            raise OverflowError

    with pytest.raises(OverflowError):
        breaks()

    assert store.get("x_1") is thing
    assert thing["list"] == [1]
    assert [one["id"] for one in store.newest("x")] == ["x_2", "x_1"]
    assert store.put({"id": "x_3", "object": "x"})["_seq"] == 3
