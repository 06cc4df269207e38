"""On a bad line a call is made again under the same key, and a refusal is told at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from checkout_service_client import CheckoutProblem, Client

PROBLEM = {"status": 429, "code": "too_many_requests", "title": "Slow down", "detail": ""}


@pytest.fixture
def client(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("NO_PROXY", "*")
    with Client(httpserver.url_for(""), "key") as made:
        yield made


@pytest.mark.parametrize(
    "mishap",
    [
        Response("<h1>Bad Gateway</h1>", 502),
        Response('{"id": "re_', 201, content_type="application/json"),
    ],
    ids=["a gateway's own word", "an answer cut short"],
)
def test_what_was_not_answered_is_asked_again_under_the_same_key(
    httpserver: HTTPServer, client: Client, mishap: Response
) -> None:
    keys = []

    def answer(request: Request) -> Response:
        keys.append(request.headers["Idempotency-Key"])
        return mishap if len(keys) == 1 else Response('{"id": "re_1"}', 201)

    httpserver.expect_request("/api/v1/orders/ord_1/refunds").respond_with_handler(answer)

    assert client.refund("ord_1")["id"] == "re_1"
    assert keys == [keys[0]] * 2


def test_it_waits_as_long_as_it_is_told(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_ordered_request("/api/v1/products").respond_with_json(
        PROBLEM, status=429, headers={"Retry-After": "1"}
    )
    httpserver.expect_ordered_request("/api/v1/products").respond_with_json({"data": []})

    assert client.products() == {"data": []}


def test_a_refusal_is_told_at_once(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_oneshot_request("/api/v1/products").respond_with_json(PROBLEM, status=403)
    with pytest.raises(CheckoutProblem, match="too_many_requests: Slow down") as ours:
        client.products()
    httpserver.expect_oneshot_request("/api/v1/products").respond_with_data("Sign in", status=404)
    with pytest.raises(CheckoutProblem, match="not as the checkout service does") as foreign:
        client.products()

    assert (ours.value.status, foreign.value.code) == (429, "unreadable_answer")
    assert len(httpserver.log) == 2


def test_a_key_goes_to_the_service_alone(httpserver: HTTPServer, client: Client) -> None:
    elsewhere = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/api/v1/products").respond_with_data(status=302, headers=elsewhere)

    with pytest.raises(CheckoutProblem):
        client.products()

    assert [request.path for request, _ in httpserver.log] == ["/api/v1/products"]


def test_a_service_that_is_not_there_is_given_up_in_the_end() -> None:
    nobody = Client("http://127.0.0.1:9", "key", most_tries=2)

    with nobody, pytest.raises(requests.ConnectionError):
        nobody.products()
