"""Five creates at once under one key, while Stripe commits then resets: one open session."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from typing import Any

from tests.support.running_stack import Stack, side_by_side

from .conftest import MakeStack

SHORT_ON = "sqlite"


def test_one_key_is_one_open_session_whatever_stripe_does(
    make_stack: MakeStack, full: bool
) -> None:
    stack = make_stack()
    keys = 200 if full else 8
    stack.faults(
        seed=3,
        api=[
            {"method": "POST", "path": "/v1/checkout/sessions", "kind": kind, "probability": 0.15}
            for kind in ("commit_then_reset", "commit_then_500")
        ],
    )

    def press(_: int) -> set[str]:
        key = secrets.token_hex(16)
        answers = side_by_side(lambda turn: _create(stack, key, turn), range(5), threads=5)
        return {answer["url"] for answer in answers}

    urls = side_by_side(press, range(keys), threads=3)

    stack.no_faults()
    assert all(len(found) == 1 for found in urls)
    opened = Counter(session["metadata"]["order_id"] for session in _open_sessions(stack))
    assert len(opened) == keys
    assert set(opened.values()) == {1}


def _create(stack: Stack, key: str, turn: int) -> Any:
    body = {"items": [{"price": "poster-usd", "quantity": 1}]}
    for _ in range(60):
        answer = stack.request(
            "POST",
            "/api/v1/checkout-sessions",
            service=turn,
            json=body,
            headers={"Idempotency-Key": key},
        )
        if answer.status_code == 201:
            return answer.json()
        assert answer.status_code in (409, 503), answer.text
        time.sleep(min(float(answer.headers["Retry-After"]), 1))
    raise AssertionError("never opened")


def _open_sessions(stack: Stack) -> list[Any]:
    found: list[Any] = []
    params: dict[str, Any] = {"limit": 100, "status": "open"}
    while True:
        page = stack.stripe("/v1/checkout/sessions", **params)
        found += page["data"]
        if not page["has_more"]:
            return found
        params["starting_after"] = page["data"][-1]["id"]
