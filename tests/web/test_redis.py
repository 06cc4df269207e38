"""Limits counted by all processes together, in a Redis that is reached over TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.web.redis_over_tls import CERTIFICATE, Redis, running_redis

MakeApp = Callable[..., Flask]
CREATE = "/api/v1/checkout-sessions"
CART = {"items": [{"price": "poster-usd", "quantity": 1}]}


@pytest.fixture
def redis() -> Iterator[Redis]:
    with running_redis() as server:
        yield server


def creates(app: Flask, times: int) -> list[int]:
    client = app.test_client()
    return [client.post(CREATE, json=CART).status_code for _ in range(times)]


@pytest.mark.parametrize("trust", ["ssl_cert_reqs=none", f"ssl_ca_certs={CERTIFICATE}"])
def test_processes_count_together_over_tls(make_app: MakeApp, redis: Redis, trust: str) -> None:
    url = f"{redis.url}?{trust}"
    here, there = (make_app(create_rate_limit="3 per hour", redis_url=url) for _ in range(2))

    assert creates(here, 2) == [201, 201]
    assert creates(there, 2) == [201, 429]
    assert b"AUTH" in redis.commands


def test_a_redis_that_cannot_be_trusted_is_told_nothing(make_app: MakeApp, redis: Redis) -> None:
    app = make_app(create_rate_limit="3 per hour", redis_url=redis.url)

    assert creates(app, 4) == [201, 201, 201, 429]
    assert redis.commands == []
