"""What every answer carries, whatever was asked and however it ended."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.databases import UNPUBLISHED
from tests.support.stage import Stage, writing
from tests.web.conftest import MakeApp

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def every_request(app: Flask) -> list[tuple[str, str]]:
    """List one request for each method of each route, and some for no route at all."""
    asked = [("GET", "/nowhere"), ("GET", "/api/v1/nowhere"), ("POST", "/"), ("PUT", "/checkout")]
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "x")
        asked += [(method, path) for method in sorted(rule.methods or ())]
    return asked


def test_every_answer_of_every_route_is_dressed(app: Flask, client: FlaskClient) -> None:
    for method, path in every_request(app):
        response = client.open(path, method=method)
        for name, value in ALWAYS.items():
            assert response.headers.getlist(name) == [value], (method, path, name)
        assert len(response.headers["X-Request-ID"]) >= 20
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert not response.headers.getlist("Set-Cookie"), (method, path)


def test_the_policy_of_pages_lets_forms_reach_stripe_and_the_sandbox(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]

    parts = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert parts["form-action"].split() == [
        "'self'",
        "https://checkout.stripe.com",
        "http://127.0.0.1:9",
    ]
    assert parts["script-src"] == parts["style-src"] == parts["connect-src"] == "'self'"
    assert parts["base-uri"] == "'none'"


def test_live_pages_name_no_sandbox_and_demand_https(make_app: MakeApp) -> None:
    client = make_app(
        **UNPUBLISHED,
        stripe_secret_key="sk_live_x",
        stripe_publishable_key="pk_live_x",
        stripe_api_base=None,
        public_base_url="https://pay.shop.example",
    ).test_client()

    response = client.get("/")

    assert "127.0.0.1" not in response.headers["Content-Security-Policy"]
    assert "max-age=" in response.headers["Strict-Transport-Security"]
    assert "Test mode" not in response.get_data(as_text=True)


def test_pages_hold_no_inline_script_or_style(client: FlaskClient, shop: Stage) -> None:
    session = shop.buys().session
    for path in ("/", f"/checkout/success?session_id={session}", "/nowhere"):
        text = client.get(path).get_data(as_text=True)
        assert "<style" not in text
        assert " style=" not in text
        assert not re.search(r"<[^>]*\son\w+=", text)
        assert "<script>" not in text
        assert "javascript:" not in text


@pytest.mark.parametrize(
    "given",
    [
        "0123456789abcdef0123",
        "a-proper-request-id-of-a-router",
        "A" * 200,
    ],
)
def test_a_proper_request_id_is_kept(client: FlaskClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    [
        "short",
        "A" * 201,
        "with space in the middle",
        "x" * 20 + "\t",
        "<script>alert(1)</script>",
        "é" * 30,
    ],
)
def test_another_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": given})

    assert response.headers["X-Request-ID"] != given
    assert response.headers["X-Request-ID"].isalnum()


def test_what_is_logged_for_a_request_carries_its_id(
    client: FlaskClient, shop: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.fails(writing("begins"), RuntimeError("x"))
    response = client.post("/checkout", data={"price": "poster-usd"})

    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line["request_id"] == response.headers["X-Request-ID"]


def test_static_files_are_cached_for_ever_and_sniffed_never(client: FlaskClient) -> None:
    text = client.get("/").get_data(as_text=True)
    address = text.split('rel="stylesheet" href="')[1].split('"')[0]

    with client.get(address) as response:
        assert "?v=" in address
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["style.css", "poll.js", "icon.svg", "nothing.css"])
def test_static_files_carry_the_headers_of_pages_each_once(client: FlaskClient, name: str) -> None:
    with client.get("/") as page, client.get(f"/static/{name}") as file:
        names = [header.lower() for header, _ in file.headers]

    wanted = {header.lower() for header, _ in page.headers} - {"vary", "content-language"}
    assert wanted <= set(names)
    assert len(names) == len(set(names))
    assert "frame-ancestors 'none'" in file.headers["Content-Security-Policy"]


def test_one_script_may_be_loaded_by_other_sites(client: FlaskClient) -> None:
    for name, wanted in {"checkout.js": "cross-origin", "poll.js": "same-origin"}.items():
        with client.get(f"/static/{name}") as response:
            assert response.headers.getlist("Cross-Origin-Resource-Policy") == [wanted]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings/model.py",
        "/static/%2e%2e/settings/model.py",
        "/static/..%2f..%2fwsgi.py",
        "/static//etc/passwd",
        "/static/",
        "/static/nothing.css",
    ],
)
def test_nothing_but_static_files_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
