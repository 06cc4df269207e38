"""The merchant's admin over a real database, with a shop's rows in it."""

from __future__ import annotations

import json
import re
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from checkout_service import create_app
from checkout_service.domain import ids
from checkout_service.domain.clock import DAY, SystemClock
from checkout_service.domain.order.care import Note, Parcel, Shipment
from checkout_service.domain.staff import Role
from checkout_service.settings import Settings
from checkout_service.storage import care
from checkout_service.storage import tables as t
from checkout_service.storage.database import Database
from tests.support.databases import KEYS, PASSWORD

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LEFT = re.compile(r'name="left" value="([0-9]+)"')
NONCE = re.compile(r'name="nonce" value="([^"]+)"')


EVIDENCE = {
    "expected": "25.00 USD",
    "seen": "26.00 USD (subtotal 25.00, tax 1.00; paid)",
    "seen_at": 1_790_000_000_000,
    "source": "webhook",
    "event_id": "evt_that_told_it",
}


def admin_app(database_url: str, **changes: Any) -> Flask:
    values = {name.lower(): value for name, value in KEYS.items()}
    values |= {"database_url": database_url, "admin_password": PASSWORD}
    app = create_app(Settings.load(**(values | changes)))
    # What a hash costs in a shop is said by tests/use_cases/admin: here it is soon made.
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    app.extensions["checkout_service"].admin.sign_in.passwords._hasher = quick
    return app


def database_of(app: Flask) -> Database:
    known = app.extensions["checkout_service"].read_orders.database
    assert isinstance(known, Database)
    return known


def field(page: str, pattern: re.Pattern[str] = _TOKEN) -> str:
    found = pattern.search(page)
    assert found, page
    return found[1]


def guess(client: FlaskClient, password: str, name: str = "", **options: Any) -> Any:
    token = field(client.get("/admin/login", **options).text)
    form = {"csrf_token": token, "name": name, "password": password}
    return client.post("/admin/login", data=form, **options)


def signed_in(app: Flask, password: str = PASSWORD, name: str = "") -> FlaskClient:
    client = app.test_client()
    assert guess(client, password, name).status_code == 303
    return client


def hired(app: Flask, name: str, role: Role) -> FlaskClient:
    """Take somebody in at the command line, and let them sign in."""
    return signed_in(app, app.extensions["checkout_service"].admin.staff.add(name, role), name)


def press(client: FlaskClient, path: str, **form: str) -> Any:
    """Open the confirm page of an act and press its button, and that of a second look.

    Where the page has no form any more, send one that was kept open since before.
    """
    page = client.get(path).text
    return client.post(path, data=kept_form(page) | form)


def kept_form(page: str) -> dict[str, str]:
    """Read what a page's form sends by itself, when its button is pressed for good."""
    kept = {"csrf_token": field(page), "nonce": nonce_of(page), "sure": "yes"}
    return kept | ({"left": left[1]} if (left := _LEFT.search(page)) else {})


def nonce_of(page: str) -> str:
    """Return the form's, or one of a form that was kept open."""
    found = NONCE.search(page)
    return found[1] if found else ids.new_id("non")


def add_order(
    app: Flask,
    *,
    name: str = "Poster",
    price: str | None = None,
    came_at: int | None = None,
    **changes: Any,
) -> str:
    """Write an order of one line, paid unless told otherwise; return its id."""
    order_id = ids.new_id("ord")
    now = SystemClock().now()
    row: dict[str, Any] = {
        "id": order_id, "nonce": ids.new_id("non"), "flow": "checkout_session", "status": "paid",
        "amount_total": 2500, "amount_paid": 2500, "currency": "usd", "livemode": False,
        "mode": "payment", "created_at": now, "updated_at": now, "metadata": "{}",
    }  # fmt: skip
    row |= {k: json.dumps(v) if k == "metadata" else v for k, v in changes.items()}
    secret = ids.new_id("x").removeprefix("x_")
    attempt = {
        "id": ids.new_id("att"), "order_id": order_id, "seq": 1, "kind": "checkout_session",
        "state": "succeeded" if row["amount_paid"] else "open", "won": bool(row["amount_paid"]),
        "idempotency_key": ids.new_id("key"), "session_id": f"cs_test_{secret}",
        "intent_id": f"pi_{secret}", "amount": row["amount_total"], "created_at": now,
    }  # fmt: skip
    line = {
        "order_id": order_id, "place": 0, "name": name, "price": price, "quantity": 1,
        "unit_amount": row["amount_total"],
    }  # fmt: skip

    came = {
        "order_id": order_id, "seq": 1, "before": "pending", "after": row["status"],
        "source": "webhook", "at": came_at or row["created_at"],
    }  # fmt: skip
    rows = [(t.orders, row), (t.order_lines, line), (t.attempts, attempt)]
    if row["status"] != came["before"]:
        row["moves"] = 1
        rows.append((t.transitions, came))

    def write(connection: Any) -> None:
        for table, values in rows:
            connection.execute(insert(table).values(values))
        for hold in (row.get("holds") or "").split(","):
            values = {"order_id": order_id, "name": hold, "attempt_id": attempt["id"]}
            if hold:
                connection.execute(insert(t.holds).values(values | {"raised_at": now} | EVIDENCE))

    database_of(app).write(write)
    return order_id


def add_event(app: Flask, order_id: str | None = None, **changes: Any) -> str:
    event_id = "evt_" + ids.new_id("x").removeprefix("x_")
    now = SystemClock().now()
    row: dict[str, Any] = {
        "id": event_id, "type": "checkout.session.completed", "state": "applied",
        "source": "webhook", "livemode": False, "order_id": order_id, "body": b'{"id":"evt_1"}',
        "created": now - 900, "received_at": now,
    }  # fmt: skip
    database_of(app).write(lambda c: c.execute(insert(t.inbox_events).values(row | changes)))
    return event_id


def add_message(app: Flask, order_id: str, **changes: Any) -> str:
    message_id = ids.message_id(order_id, "order.paid", ids.new_id("x"))
    row: dict[str, Any] = {
        "id": message_id, "order_id": order_id, "kind": "order.paid", "about": message_id,
        "sequence": 1, "body": '{"type":"order.paid"}', "state": "dead", "tries": 9,
        "last_error": "503 Service Unavailable", "created_at": SystemClock().now(),
    }  # fmt: skip
    row |= changes
    if row["state"] == "due":
        row.setdefault("next_at", row["created_at"])
    database_of(app).write(lambda c: c.execute(insert(t.outbox_messages).values(row)))
    return message_id


def add_write(app: Flask, order_id: str, **changes: Any) -> str:
    """Write down a refund that was asked of Stripe and whose outcome nobody knows."""
    write_id, now = ids.new_id("mwr"), SystemClock().now()
    row: dict[str, Any] = {
        "id": write_id, "kind": "refund", "nonce": ids.new_id("non"), "order_id": order_id,
        "subject": "pi_of_the_order", "amount": 1000, "state": "asked", "key": write_id,
        "key_at": now, "asked_at": now, "tries": 1, "next_at": now, "created_at": now,
    }  # fmt: skip
    database_of(app).write(lambda c: c.execute(insert(t.money_writes).values(row | changes)))
    return write_id


def add_money_back(app: Flask, order_id: str, kind: str = "refund", **changes: Any) -> str:
    """Write a pending refund, or a dispute that waits for an answer."""
    now = SystemClock().now()
    row: dict[str, Any] = {
        "id": ids.new_id("re" if kind == "refund" else "dp"), "order_id": order_id,
        "amount": 500, "currency": "usd", "status": "pending", "created_at": now,
    }  # fmt: skip
    if kind == "dispute":
        row |= {"status": "needs_response", "reason": "fraudulent", "evidence_due_at": now + DAY}
    table = t.refunds if kind == "refund" else t.disputes
    database_of(app).write(lambda c: c.execute(insert(table).values(row | changes)))
    return str(row["id"])


def a_busy_shop(app: Flask) -> str:
    """Write a month of orders in two currencies, with trouble of every kind; give one order."""
    now = SystemClock().now()
    for back in range(30):
        for n in range(1 + back % 4):
            at = now - back * DAY - n
            add_order(app, created_at=at, amount_total=2500 + 700 * (back % 5),
                      amount_paid=2500 + 700 * (back % 5))  # fmt: skip
    add_order(app, currency="jpy", amount_total=1800, amount_paid=1800)
    for status in ("pending", "failed", "expired", "processing"):
        add_order(app, status=status, amount_paid=0)
    order_id = add_order(
        app, holds="amount_mismatch,wrong_reference", has_more=True, client_reference_id="A-17",
        metadata={"till": "3"}, customer_email="buyer@example.com",
    )  # fmt: skip
    add_event(app, order_id)
    add_event(app, order_id, id=EVIDENCE["event_id"])
    add_event(app, state="quarantined", last_error="KeyError: amount", tries=8)
    add_order(
        app, status="pending", amount_paid=0, quarantined_at=now, look_error="resource_missing"
    )
    add_write(app, order_id)
    add_write(app, order_id, state="quarantined", next_at=None, last_error="stripe_unavailable")
    add_money_back(app, order_id)
    add_money_back(app, order_id, "dispute")
    add_message(app, order_id)
    add_authorisation(app, add_order(app, status="processing", amount_paid=0), now + DAY // 2)
    parcel = Parcel("DHL", "00340434161094015902", "https://dhl.example/track")
    database_of(app).write(
        lambda c: (
            care.add_shipment(c, order_id, Shipment(ids.new_id("shp"), parcel, "ann", now)),
            care.add_note(c, order_id, Note(ids.new_id("nte"), "ann", "Rang twice.", now)),
        )
    )
    return order_id


def add_authorisation(app: Flask, order_id: str, until: int) -> None:
    """Let the money of an order be held on its buyer's card."""
    held = {"state": "processing", "amount_authorized": 2500, "authorized_until": until}
    change = update(t.attempts).where(t.attempts.c.order_id == order_id).values(held)
    database_of(app).write(lambda c: c.execute(change))
