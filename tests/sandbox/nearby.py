"""A sandbox in this process: a call costs a millisecond, and every answer is held to Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stripe_sandbox.app import create_sandbox
from tests.support.sdk_schemas import check_answer

Json = dict[str, Any]
Pairs = Iterator[tuple[str, str]]

_KEY = {"Authorization": "Bearer sk_test_1"}


class Nearby:
    """A sandbox, the ways to talk to it, and what was wrong with its answers."""

    def __init__(self) -> None:
        self.app = create_sandbox(ticking=False)
        self._client = self.app.test_client()
        self.wrong: list[str] = []

    def ask(self, method: str, path: str, **params: Any) -> tuple[int, Json]:
        """Call the API; `path` follows /v1/."""
        pairs = list(flat(params))
        given: Any = {"data": _form(pairs)} if method == "POST" else {"query_string": pairs}
        answer = self._client.open(f"/v1/{path}", method=method, headers=_KEY, **given)
        body: Json = answer.get_json()
        if answer.status_code < 300:
            self.wrong += check_answer(body, f"{method} {path}")
        return answer.status_code, body

    def do(self, method: str, path: str, **params: Any) -> Json:
        """Call the API, which is to say yes."""
        status, body = self.ask(method, path, **params)
        assert status == 200, body
        return body

    def refused(self, method: str, path: str, **params: Any) -> tuple[str | None, str | None]:
        """Call the API, which is to say no; return code and parameter."""
        status, body = self.ask(method, path, **params)
        assert 400 <= status < 500, body
        return body["error"].get("code"), body["error"].get("param")

    def control(self, path: str, **body: Any) -> Json:
        answer = self._client.post(f"/_sandbox/{path}", json=body)
        told: Json = answer.get_json()
        assert answer.status_code == 200, told
        return told

    def page(self, path: str) -> Any:
        """Open a page of the sandbox's as a browser would."""
        return self._client.get(path)

    def events(self) -> list[str]:
        """Return the kinds of all events, oldest first."""
        found: list[Json] = self.do("GET", "events", limit=100)["data"]
        return [event["type"] for event in found[::-1]]


def flat(params: Any, name: str = "") -> Pairs:
    """Write nested parameters as Stripe's clients do."""
    if isinstance(params, dict):
        for key, value in params.items():
            yield from flat(value, f"{name}[{key}]" if name else key)
    elif isinstance(params, list):
        for place, value in enumerate(params):
            yield from flat(value, f"{name}[{place}]")
    else:
        yield name, str(params).lower() if isinstance(params, bool) else str(params)


def _form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form
