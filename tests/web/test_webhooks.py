"""Stripe's door: raw bytes, one word back, and no more than a mebibyte."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from checkout_service.storage.tables import inbox_events
from tests.support.stage import Stage, writing
from tests.web.asserts import problem
from tests.web.conftest import MakeApp
from tests.web.hook import EVENT, sign

HOOK = "/webhooks/stripe"
MEBIBYTE = 1024 * 1024


def posts(client: FlaskClient, shop: Stage, body: bytes, **more: Any) -> TestResponse:
    headers = {"Stripe-Signature": sign(shop, body)} | more.pop("headers", {})
    return client.post(HOOK, data=body, headers=headers, **more)


def bodies(shop: Stage) -> list[bytes]:
    """List the bodies of all events that were recorded."""
    with shop.engine.connect() as connection:
        return list(connection.execute(select(inbox_events.c.body)).scalars())


EXACT = json.dumps(EVENT).encode()


@pytest.mark.parametrize(
    "body",
    [EXACT, json.dumps(EVENT, indent=3).encode() + b"\n", EXACT + b" " * (MEBIBYTE - len(EXACT))],
    ids=["an event", "with spaces", "of a mebibyte"],
)
def test_the_very_bytes_are_recorded(client: FlaskClient, shop: Stage, body: bytes) -> None:
    response = posts(client, shop, body, content_type="application/json")

    assert response.status_code == 200
    assert response.get_json() == {"received": True}
    assert bodies(shop) == [body]


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe\x00", b"[1]", b"null"])
def test_what_is_signed_and_no_event_is_a_400(
    client: FlaskClient, shop: Stage, body: bytes
) -> None:
    problem(posts(client, shop, body), 400, "bad_event")
    assert not bodies(shop)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_does_not_matter(
    client: FlaskClient, shop: Stage, content_type: str | None
) -> None:
    posts(client, shop, EXACT, content_type=content_type)

    assert bodies(shop) == [EXACT]


@pytest.mark.parametrize("headers", [{}, {"Stripe-Signature": ""}, {"Stripe-Signature": "bad"}])
def test_a_bad_signature_is_a_400(
    client: FlaskClient, shop: Stage, headers: dict[str, str]
) -> None:
    problem(client.post(HOOK, data=EXACT, headers=headers), 400, "bad_event")
    assert not bodies(shop)


def test_more_than_a_mebibyte_is_a_413(client: FlaskClient, shop: Stage) -> None:
    response = posts(client, shop, b"x" * (MEBIBYTE + 1))

    problem(response, 413, "too_large")
    assert not bodies(shop)


def test_more_than_a_mebibyte_in_chunks_is_a_413(client: FlaskClient, shop: Stage) -> None:
    body = EXACT + b" " * MEBIBYTE
    response = client.post(
        HOOK,
        input_stream=BytesIO(body),
        headers={"Stripe-Signature": sign(shop, body), "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )

    problem(response, 413, "too_large")
    assert not bodies(shop)


def test_what_could_not_be_made_durable_is_a_503(client: FlaskClient, shop: Stage) -> None:
    shop.loses_database(writing("begins"))

    response = posts(client, shop, EXACT)

    problem(response, 503, "database_unavailable")
    assert response.headers["Retry-After"]


def test_pull_mode_has_no_such_door(make_app: MakeApp, shop: Stage) -> None:
    client = make_app(stripe_secret_key="rk_test_x", stripe_webhook_secret="").test_client()

    problem(posts(client, shop, EXACT), 404, "not_found")
    assert not bodies(shop)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_taken(client: FlaskClient, method: str) -> None:
    problem(client.open(HOOK, method=method), 405, "method_not_allowed")


def test_a_refused_event_is_logged_with_its_reason(
    client: FlaskClient, shop: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    client.post(HOOK, data=EXACT, headers={"Stripe-Signature": f"{sign(shop, EXACT)}0"})

    said = capsys.readouterr().out
    assert "signature" in said
    assert "bad_event" in said
