"""A sandbox without a webhook of its own, and clients whose every answer is held to the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.nearby import Nearby
from tests.support.merchant import Merchant, running_merchant
from tests.support.ports import free_port
from tests.support.processes import answers, start
from tests.support.sdk_schemas import check_answer
from tests.support.stack import Sandbox

Json = dict[str, Any]


class World(Sandbox):
    """A sandbox and the ways to talk to it."""

    wrong: list[str]

    def client(self, key: str = "sk_test_1", retries: int = 0) -> stripe.StripeClient:
        http = requests.Session()
        http.trust_env = False
        http.hooks["response"].append(self._check)
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.url},
            http_client=stripe.RequestsClient(timeout=60, session=http),
            max_network_retries=retries,
        )

    def _check(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        """Note what is wrong with an answer, before the SDK sees it."""
        if "Bearer pk_" in answer.request.headers["Authorization"]:
            return  # a browser is shown less than the SDK's classes know
        where = f"{answer.request.method} {answer.url.split('/v1/')[1]}"
        self.wrong += check_answer(answer.json(), where)

    def pay(self, session_id: str, method: str = "4242424242424242", **more: str) -> Any:
        body = {"payment_method": method, **more}
        return self.call("POST", f"checkout/sessions/{session_id}/pay", body)

    def raw(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": "Bearer sk_test_1"} | more.pop("headers", {})
        return self._http.request(
            method, f"{self.url}{path}", headers=headers, timeout=60, allow_redirects=False, **more
        )

    def events(self) -> list[Json]:
        """Return all events, oldest first."""
        found: list[Json] = []
        after = ""
        while True:
            page = self.raw("GET", f"/v1/events?limit=100{after}").json()
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]
            after = f"&starting_after={found[-1]['id']}"

    def event_types(self) -> list[str]:
        return [event["type"] for event in self.events()]


@pytest.fixture(scope="session")
def world_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, port = tmp_path_factory.mktemp("world"), free_port()
    url = f"http://127.0.0.1:{port}"
    process = start(
        ["stripe_sandbox", "--port", str(port), "--database", str(folder / "sandbox.sqlite3")],
        env={},
        log=folder / "log",
        ready=answers(f"{url}/"),
    )
    running = World(process, url, 0)
    yield running
    running.close()


@pytest.fixture
def world(world_process: World) -> Iterator[World]:
    """A sandbox that has forgotten all; at the end its answers and events must be Stripe's."""
    world_process.call("POST", "reset")
    world_process.wrong = []
    said_before = len(world_process.process.logs)
    yield world_process
    world_process.call("DELETE", "faults")
    wrong = world_process.wrong + [
        f"{event['type']}: {problem}"
        for event in world_process.events()
        for problem in check_answer(event)
    ]
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert "Traceback" not in world_process.process.logs[said_before:]


@pytest.fixture
def client(world: World) -> stripe.StripeClient:
    return world.client()


@pytest.fixture
def receiver() -> Iterator[Merchant]:
    """A server that webhooks are sent to."""
    with running_merchant() as running:
        yield running


@pytest.fixture
def secret(client: stripe.StripeClient, receiver: Merchant) -> str:
    """Have every event sent to the receiver; return what they are signed with."""
    endpoint = client.v1.webhook_endpoints.create(
        params={"url": receiver.url, "enabled_events": ["*"]}
    )
    assert endpoint.secret is not None
    return endpoint.secret


@pytest.fixture
def near() -> Iterator[Nearby]:
    """A sandbox in this process; its answers must be Stripe's too."""
    running = Nearby()
    yield running
    assert not running.wrong, "\n".join(sorted(set(running.wrong)))
