"""What every answer of a kind must look like."""

from __future__ import annotations

import math
from typing import Any

from werkzeug.test import TestResponse


def problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Demand a whole RFC 9457 problem and give its body."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body["code"] == code
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


def locs(body: dict[str, Any]) -> set[str]:
    return {fault["loc"] for fault in body["errors"]}


def page(response: TestResponse, status: int = 200) -> str:
    """Demand a page for people and give its text."""
    assert response.status_code == status
    assert response.mimetype == "text/html"
    text = response.get_data(as_text=True)
    assert "Traceback" not in text
    return text


def wait_in_words(response: TestResponse) -> str:
    """Return what a page says of its Retry-After: seconds below two minutes, else minutes."""
    seconds = int(response.headers["Retry-After"])
    if seconds == 1:
        return "in one second"
    return f"in {seconds} seconds" if seconds < 120 else f"in {math.ceil(seconds / 60)} minutes"
