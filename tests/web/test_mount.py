"""Under a path, whatever stands in front: every address that leaves the service leads to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from tests.support.admin import field
from tests.support.databases import PASSWORD
from tests.support.on_stage import app_on
from tests.support.stage import Stage

MOUNT = "/pay"
NAVIGATES = {"Sec-Fetch-Mode": "navigate"}
TOKEN = re.compile(r'name="token" value="([^"]+)"')
ORIGIN = "https://example.com"
ADDRESS = re.compile(r'\b(href|action|src|data-poll|data-spec|data-root)="([^"]*)"')
Front = Callable[[Any, Any], Any]


def keeps(app: Flask) -> Front:
    return app


def strips(app: Flask) -> Front:
    def front(environ: dict[str, Any], start_response: Any) -> Any:
        inner = environ["PATH_INFO"].removeprefix(MOUNT) or "/"
        return app(environ | {"PATH_INFO": inner}, start_response)

    return front


def dispatches(app: Flask) -> Front:
    return DispatcherMiddleware(NotFound(), {MOUNT: app})


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(public_base_url=f"{ORIGIN}{MOUNT}") as opened:
        yield opened


@pytest.fixture(params=[keeps, strips, dispatches])
def visitor(request: pytest.FixtureRequest, stage: Stage, tmp_path: Path) -> Client:
    app = app_on(stage, tmp_path, public_base_url=f"{ORIGIN}{MOUNT}")
    return Client(request.param(app), TestResponse)


def get(visitor: Client, path: str) -> TestResponse:
    return visitor.get(path, base_url=ORIGIN, headers=NAVIGATES, buffered=True)


def addresses(page: TestResponse) -> Iterator[tuple[str, str]]:
    """List what a page of ours leads to: the attribute, and the address."""
    for attribute, value in ADDRESS.findall(page.text):
        yield attribute, unescape(value)


def walk(visitor: Client, *starts: str) -> set[str]:
    """Follow every link of our own; every page and every address on it must be under the mount."""
    seen: set[str] = set()
    ahead = list(starts)
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = get(visitor, path)
        assert answer.status_code < 400, path
        leads = [("href", answer.location)] if answer.location else []
        if answer.mimetype == "text/html":
            leads += addresses(answer)
        for attribute, address in leads:
            if urlsplit(address).netloc or address.startswith(("#", "?", "mailto:")):
                continue
            assert f"{address}/".startswith(f"{MOUNT}/"), (path, attribute, address)
            if attribute in ("href", "src", "data-poll", "data-spec") and "logout" not in address:
                ahead.append(address.partition("#")[0])
    return seen


def test_every_page_of_the_buyer_leads_on_under_the_mount(visitor: Client, stage: Stage) -> None:
    open_, paid = stage.buys(), stage.buys()
    stage.pays(paid)
    stage.returns(paid)
    by_form = stage.buys(kind="payment_intent")

    seen = walk(
        visitor,
        f"{MOUNT}/",
        f"{MOUNT}/orders/{open_.order}",
        f"{MOUNT}/orders/{by_form.order}",
        f"{MOUNT}/checkout/cancel?order={open_.order}",
        f"{MOUNT}/checkout/success?session_id={paid.session}",
        f"{MOUNT}/pay?price=poster-usd&quantity=1",
        f"{MOUNT}/pay/complete?payment_intent={by_form.intent}",
        f"{MOUNT}/api/docs",
    )

    assert any(path.startswith(f"{MOUNT}/static/style.css") for path in seen)
    assert f"{MOUNT}/api/v1/checkout-sessions/{open_.session}" in seen
    assert f"{MOUNT}/pay?order={by_form.order}" in seen


def test_every_page_of_the_admin_leads_on_under_the_mount(visitor: Client, stage: Stage) -> None:
    order = stage.buys()
    stage.pays(order)
    stage.delivers()
    token = field(get(visitor, f"{MOUNT}/admin/login").text)
    form = {"csrf_token": token, "password": PASSWORD}

    entered = visitor.post(f"{MOUNT}/admin/login", base_url=ORIGIN, data=form)

    assert entered.location == f"{MOUNT}/admin/"
    for cookie in entered.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Secure-")
        assert "Path=/pay/admin;" in f"{cookie};"
    seen = walk(visitor, f"{MOUNT}/admin/", f"{MOUNT}/admin/orders/{order.order}")
    assert f"{MOUNT}/admin/system" in seen


def test_the_buyer_comes_back_from_stripe_under_the_mount(visitor: Client, stage: Stage) -> None:
    page = get(visitor, f"{MOUNT}/").text
    form = {"price": "poster-usd", "quantity": "1", "token": field(page, TOKEN)}

    left = visitor.post(f"{MOUNT}/checkout", base_url=ORIGIN, data=form, headers={"Origin": ORIGIN})

    assert left.status_code == 303
    session = stage.side.world.store.get(str(left.location).rpartition("/")[2].partition("#")[0])
    assert session is not None
    assert session["success_url"].startswith(f"{ORIGIN}{MOUNT}/checkout/success?session_id=")
    assert session["cancel_url"].startswith(f"{ORIGIN}{MOUNT}/checkout/cancel?order=")


def test_the_cookie_of_a_payment_link_stays_under_the_mount(visitor: Client, stage: Stage) -> None:
    stage.make_link("print")

    left = get(visitor, f"{MOUNT}/links/print")

    assert left.status_code == 303
    assert left.headers["Set-Cookie"].startswith("__Secure-links=")
    assert "Path=/pay/links;" in f"{left.headers['Set-Cookie']};"


def test_the_page_that_is_called_as_the_mount_is_reached_both_ways(
    visitor: Client, stage: Stage
) -> None:
    order = stage.buys(kind="payment_intent").order

    assert "data-cart" in get(visitor, f"{MOUNT}/pay?order={order}").text
    assert "data-cart" not in get(visitor, MOUNT).text


def test_the_api_document_names_the_mounted_address(visitor: Client) -> None:
    document = get(visitor, f"{MOUNT}/api/v1/openapi.json").json

    assert document is not None
    assert document["servers"] == [{"url": f"{ORIGIN}{MOUNT}"}]
