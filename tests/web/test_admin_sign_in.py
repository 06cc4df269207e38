"""The admin's door holds: guesses are rationed, sessions end, forms carry their token."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tests.support.admin import add_order, admin_app, database_of, field, guess, signed_in
from tests.support.databases import KEYS, PASSWORD

PATHS = ("", "/", "/login", "/orders", "/orders.csv", "/events", "/messages", "/audit", "/system",
         "/nothing", "/orders/x/refund")  # fmt: skip


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


def test_without_a_password_there_is_no_admin(empty_database_url: str) -> None:
    client = admin_app(empty_database_url, admin_password=None).test_client()
    for path in PATHS:
        assert client.get(f"/admin{path}").status_code == 404
        assert client.post(f"/admin{path}").status_code == 404


def test_every_page_shows_a_stranger_the_door(app: Flask) -> None:
    order_id = add_order(app)
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("admin.") or rule.endpoint in (
            "admin.login", "admin.try_password", "admin.logout", "admin.act", "admin.without_slash",
        ):  # fmt: skip
            continue
        values = {
            "order_id": order_id,
            "event_id": "evt_1",
            "message_id": "msg_1",
            "_elsewhere": "x",
        }
        values |= {"place": "orders", "target": order_id, "name": "refund"}
        needed = {name: values[name] for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, needed)
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/login")
        assert order_id not in answer.text


def test_the_right_password_opens_and_its_cookie_is_kept_close(app: Flask) -> None:
    client = app.test_client()
    answer = guess(client, PASSWORD)
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/admin" in cookie
    page = client.get("/admin/")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"


def test_over_https_the_cookie_is_secure(database_url: str) -> None:
    app = admin_app(database_url, public_base_url="https://shop.example")
    client = app.test_client()
    shown = client.get("/admin/login", base_url="https://shop.example")
    assert shown.headers["Set-Cookie"].startswith("__Host-admin=")
    assert "Path=/;" in shown.headers["Set-Cookie"]
    entered = guess(client, PASSWORD, base_url="https://shop.example")
    session, browser = sorted(entered.headers.getlist("Set-Cookie"))
    assert session.startswith("__Host-admin=")
    assert browser.startswith("__Host-browser=")
    for cookie in (session, browser):
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert client.get("/admin/", base_url="https://shop.example").status_code == 200
    database_of(app).engine.dispose()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "localhost"])
def test_the_admin_without_its_slash_leads_to_our_own_address(app: Flask, host: str) -> None:
    answer = app.test_client().get("/admin", headers={"Host": host})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{KEYS['PUBLIC_BASE_URL']}/admin/"


def test_a_cookie_from_before_signing_out_opens_nothing_after(app: Flask) -> None:
    client = signed_in(app)
    stolen = client.get_cookie("admin", path="/admin")
    assert stolen is not None
    token = field(client.get("/admin/").text)
    assert client.post("/admin/logout", data={"csrf_token": token}).status_code == 303

    thief = app.test_client()
    thief.set_cookie("admin", stolen.value, path="/admin")
    assert thief.get("/admin/orders").headers["Location"] == "/admin/login"


def test_signing_in_changes_the_session_and_ends_the_one_before(app: Flask) -> None:
    client = signed_in(app)
    first = client.get_cookie("admin", path="/admin")
    assert first is not None
    other = app.test_client()
    other.set_cookie("admin", first.value, path="/admin")
    token = field(client.get("/admin/").text)
    client.post("/admin/login", data={"csrf_token": token, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 303


def test_a_cookie_set_by_somebody_else_is_not_signed_in_with(app: Flask) -> None:
    planted = app.test_client()
    planted.get("/admin/login")
    cookie = planted.get_cookie("admin", path="/admin")
    assert cookie is not None
    victim = app.test_client()
    victim.set_cookie("admin", cookie.value, path="/admin")
    assert guess(victim, PASSWORD).status_code == 303
    assert victim.get("/admin/").status_code == 200
    assert planted.get("/admin/").status_code == 303


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb"])
def test_a_forged_cookie_opens_nothing(app: Flask, forged: str) -> None:
    client = app.test_client()
    client.set_cookie("admin", forged, path="/admin")
    assert client.get("/admin/").status_code == 303


class Watched:
    """Counts the looks at the password, and makes them cheap."""

    def __init__(self, app: Flask) -> None:
        self.looks = 0
        self._lock = threading.Lock()
        passwords = app.extensions["checkout_service"].admin.sign_in.passwords
        passwords.is_right = self.is_right

    def is_right(self, _kept: str, guessed: str) -> bool:
        with self._lock:
            self.looks += 1
        return guessed == PASSWORD


def _from(number: int) -> dict[str, Any]:
    return {"environ_base": {"REMOTE_ADDR": f"10.{number >> 8 & 255}.{number & 255}.7"}}


def test_of_many_guesses_twenty_are_looked_at_from_all_addresses_together(app: Flask) -> None:
    watched = Watched(app)
    client = app.test_client()
    token = field(client.get("/admin/login").text)

    def attempt(number: int) -> int:
        own = app.test_client()
        cookie = client.get_cookie("admin", path="/admin")
        assert cookie is not None
        own.set_cookie("admin", cookie.value, path="/admin")
        form = {"csrf_token": token, "password": f"guess {number}"}
        return own.post("/admin/login", data=form, **_from(number)).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(attempt, range(200)))
    assert answers == {401}
    assert watched.looks == 20


def test_one_address_gets_ten_guesses_and_then_the_right_one_fails_too(app: Flask) -> None:
    watched = Watched(app)
    client = app.test_client()
    answers = {
        guess(client, f"guess {n}", **_from(1)).text.split("csrf_token")[0] for n in range(30)
    }
    assert watched.looks == 10
    assert len(answers) == 1  # throttled and wrong look alike
    assert guess(client, PASSWORD, **_from(1)).status_code == 401
    assert guess(client, PASSWORD, **_from(2)).status_code == 303


def test_right_passwords_use_nothing_up(app: Flask) -> None:
    Watched(app)
    for _ in range(25):
        signed_in(app)


@pytest.mark.parametrize("password", ["", "x" * 100_000, "\0", "ü" * 10, PASSWORD + " "])
def test_odd_passwords_are_wrong_passwords(app: Flask, password: str) -> None:
    assert guess(app.test_client(), password).status_code in (401, 413)


def test_no_form_works_without_its_token_or_from_another_site(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, status="pending", amount_paid=0)
    token = field(client.get("/admin/").text)
    for path in (f"/admin/orders/{order_id}/cancel", "/admin/logout", "/admin/login"):
        assert client.post(path, data={}).status_code == 403
        assert client.post(path, data={"csrf_token": "x" * 40}).status_code == 403
        foreign = {"Origin": "https://evil.example"}
        assert client.post(path, data={"csrf_token": token}, headers=foreign).status_code == 403
        site = {"Sec-Fetch-Site": "cross-site"}
        assert client.post(path, data={"csrf_token": token}, headers=site).status_code == 403
    assert client.get("/admin/").status_code == 200


def test_another_sessions_token_is_no_good(app: Flask) -> None:
    other = field(app.test_client().get("/admin/login").text)
    client = signed_in(app)
    assert client.post("/admin/logout", data={"csrf_token": other}).status_code == 403
