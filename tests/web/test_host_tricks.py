"""No header gets into an address of ours: not into a page, a redirect, or what Stripe is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from tests.support.hostile.hosts import HOST_TRICKS
from tests.support.on_stage import app_on
from tests.support.stage import Stage
from tests.web.conftest import BASE

CREATE = "/api/v1/checkout-sessions"
PATHS = ("/", "//orders/x", "/api/v1/openapi.json", "/admin")
ADDRESS = re.compile(r"""\b(?:https?|javascript|ftp):[^\s"'<>]*""")


class Client:
    """Ask an app, and never read a trick oneself: a test client fails at some of these names."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def get(self, path: str, **more: Any) -> Response:
        return self.ask("GET", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> Response:
        environ = EnvironBuilder(path, method=method, **more).get_environ()
        return Response.from_app(self.app, environ, buffered=True)


@pytest.fixture(scope="module", params=[0, 2])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stage, Client]]:
    folder: Path = tmp_path_factory.mktemp("hosts")
    with Stage() as stage:
        app = app_on(
            stage, folder, trusted_proxy_hops=request.param, create_rate_limit="1000 per minute"
        )
        yield stage, Client(app)


def addresses(answer: Response) -> list[str]:
    """List every whole address of an answer: where it leads, and what its text holds."""
    return sorted(
        {answer.headers.get("Location", ""), *ADDRESS.findall(answer.get_data(as_text=True))}
    )


def test_the_tricks_are_eighty_five_at_least_and_all_different() -> None:
    assert len({tuple(sorted(trick.items())) for trick in HOST_TRICKS}) >= 85


def test_pages_and_redirects_name_our_own_address_alone(shop: tuple[Stage, Client]) -> None:
    _, client = shop
    for path in PATHS:
        usual = client.get(path)
        for trick in HOST_TRICKS:
            answer = client.get(path, headers=trick)

            if answer.status_code != 400:
                assert answer.status_code == usual.status_code, (path, trick)
                assert addresses(answer) == addresses(usual), (path, trick)
            assert "evil" not in answer.get_data(as_text=True).lower(), (path, trick)


def test_no_path_at_all_is_the_first_page(shop: tuple[Stage, Client]) -> None:
    _, client = shop
    evil = {"Host": "evil.example"}

    answer = client.get("/", headers=evil, environ_overrides={"PATH_INFO": ""})

    assert (answer.status_code, answer.headers.get("Location")) == (200, None)


def test_stripe_is_told_our_own_address_alone(shop: tuple[Stage, Client]) -> None:
    stage, client = shop
    body = {"items": [{"price": "poster-usd", "quantity": 1}]}
    opened = 0
    for trick in HOST_TRICKS:
        answer = client.ask("POST", CREATE, json=body, headers=trick)

        assert answer.status_code in (201, 400), (trick, answer.get_data(as_text=True))
        if answer.status_code == 201:
            opened += 1
            session = stage.side.world.store.get(answer.get_json()["id"])
            assert session is not None
            for url in (session["success_url"], session["cancel_url"]):
                assert url.startswith(f"{BASE}/checkout/"), trick
    assert opened > len(HOST_TRICKS) // 2
