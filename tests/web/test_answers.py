"""An answer in JSON is sent byte for byte as the framework would send it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response
from werkzeug.test import EnvironBuilder

from checkout_service.web.http.answers import JsonAnswer


def sent(response: Response, method: str) -> tuple[Any, ...]:
    """Tell what a server gets to send: status, headers in their order, and the body."""
    started: list[Any] = []
    environ = EnvironBuilder("/", method=method).get_environ()
    body = response(environ, lambda status, headers, _error=None: started.extend((status, headers)))  # type: ignore[arg-type]
    return *started, b"".join(body)


def dressed(response: Response) -> Response:
    response.headers["Retry-After"] = "2"
    response.headers.add("Vary", "Origin")
    response.set_cookie("order", "one", httponly=True)
    response.set_cookie("other", "two", path="/orders/")
    return response


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("body", ["{}\n", '{"name": "\\u00e9"}\n', b'{"received":true}'])
def test_an_answer_is_sent_as_the_framework_would(
    body: str | bytes, status: int, method: str
) -> None:
    theirs = dressed(Response(body, status, mimetype="application/json"))
    assert sent(dressed(JsonAnswer(body, status)), method) == sent(theirs, method)


def test_a_body_that_was_changed_is_the_one_that_is_sent() -> None:
    answer = JsonAnswer("{}")
    answer.set_data(b'{"a": 1}')
    status, headers, body = sent(answer, "GET")
    assert (status, body) == ("200 OK", b'{"a": 1}')
    assert dict(headers)["Content-Length"] == "8"


def test_whoever_waits_for_the_end_of_an_answer_is_called() -> None:
    answer, ended = JsonAnswer("{}"), []
    answer.call_on_close(lambda: ended.append(True))
    environ = EnvironBuilder("/").get_environ()
    body: Any = answer(environ, lambda _status, _headers, _error=None: ended.extend)  # type: ignore[arg-type]
    list(body)
    body.close()
    assert ended == [True]
