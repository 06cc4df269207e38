"""Where the links' doors are, and what came of knocking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import API_KEY

BUY = "https://buy.example"
CREATE = "/api/v1/payment-links/print/orders"
POLL = "/api/v1/payment-links/orders/"
NOBODY = "cs_test_nobody"
MakeApp = Callable[..., Flask]


@contextmanager
def no_order(client: FlaskClient) -> Iterator[None]:
    """Check that what happens inside makes no order."""

    def newest() -> Any:
        key = {"Authorization": f"Bearer {API_KEY}"}
        return client.get("/api/v1/orders?limit=1", headers=key).get_json()["data"]

    before = newest()
    yield
    assert newest() == before


def reference_of(answer: TestResponse) -> str:
    return answer.headers["Location"].rpartition("client_reference_id=")[2]
