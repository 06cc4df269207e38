"""Stripe's door: raw bytes, one word back, and no more than a mebibyte."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.errors import DatabaseUnavailable
from tests.web.asserts import problem
from tests.web.fakes import FakeShop

HOOK = "/webhooks/stripe"
SIGNED = {"Stripe-Signature": "good"}


@pytest.mark.parametrize(
    "body", [b"{}", b'{ "spaces" :  1 }\n', b"\xff\xfe\x00", b"", b"x" * (1024 * 1024)]
)
def test_the_very_bytes_reach_the_use_case(
    client: FlaskClient, shop: FakeShop, body: bytes
) -> None:
    response = client.post(HOOK, data=body, headers=SIGNED, content_type="application/json")

    assert response.status_code == 200
    assert response.get_json() == {"received": True}
    assert shop.events == [(body, "good")]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_does_not_matter(
    client: FlaskClient, shop: FakeShop, content_type: str | None
) -> None:
    client.post(HOOK, data=b"a=b", headers=SIGNED, content_type=content_type)

    assert shop.events == [(b"a=b", "good")]


@pytest.mark.parametrize("headers", [{}, {"Stripe-Signature": ""}, {"Stripe-Signature": "bad"}])
def test_a_bad_signature_is_a_400(
    client: FlaskClient, shop: FakeShop, headers: dict[str, str]
) -> None:
    problem(client.post(HOOK, data=b"{}", headers=headers), 400, "bad_event")
    assert not shop.events


def test_more_than_a_mebibyte_is_a_413(client: FlaskClient, shop: FakeShop) -> None:
    response = client.post(HOOK, data=b"x" * (1024 * 1024 + 1), headers=SIGNED)

    problem(response, 413, "too_large")
    assert not shop.events


def test_more_than_a_mebibyte_in_chunks_is_a_413(client: FlaskClient, shop: FakeShop) -> None:
    response = client.post(
        HOOK,
        input_stream=BytesIO(b"x" * (1024 * 1024 + 1)),
        headers={**SIGNED, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )

    problem(response, 413, "too_large")
    assert not shop.events


def test_what_could_not_be_made_durable_is_a_503(client: FlaskClient, shop: FakeShop) -> None:
    shop.failure = DatabaseUnavailable()

    response = client.post(HOOK, data=b"{}", headers=SIGNED)

    problem(response, 503, "database_unavailable")
    assert response.headers["Retry-After"]


def test_pull_mode_has_no_such_door(make_app: Callable[..., Flask], shop: FakeShop) -> None:
    client = make_app(stripe_secret_key="rk_test_x", stripe_webhook_secret="").test_client()

    problem(client.post(HOOK, data=b"{}", headers=SIGNED), 404, "not_found")
    assert not shop.events


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_taken(client: FlaskClient, method: str) -> None:
    problem(client.open(HOOK, method=method), 405, "method_not_allowed")


def test_a_refused_event_is_logged_with_its_reason(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.post(HOOK, data=b"{}", headers={"Stripe-Signature": "bad"})

    said = capsys.readouterr().out
    assert "the signature does not match" in said
    assert "bad_event" in said
