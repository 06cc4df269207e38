"""The steps that `make fidelity` takes with stripe-python's releases, taken here in process."""

from __future__ import annotations

import re
from typing import Any

import stripe

from fidelity.steps.stripe_python import steps
from tests.sandbox.nearby import Nearby
from tests.support.sdk_schemas import check_answer


class InProcess(stripe.HTTPClient):
    """Takes the SDK's requests to a sandbox in this process."""

    name = "in-process"

    def __init__(self, near: Nearby) -> None:
        super().__init__()
        self._near = near
        self._seen: set[str] = set()

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        client = self._near.app.test_client()
        told = dict(headers)
        answer = client.open(url, method=method.upper(), headers=told, data=post_data)
        route = re.sub(r"_\w+|[?].*", "", f"{method} {url}")
        if answer.status_code < 300 and route not in self._seen:
            self._seen.add(route)
            self._near.wrong += check_answer(answer.get_json(), route)
        return answer.get_data(as_text=True), answer.status_code, answer.headers


def test_every_call_of_a_shop_is_answered_as_the_sdk_expects(near: Nearby) -> None:
    client = stripe.StripeClient("sk_test_1", http_client=InProcess(near), max_network_retries=0)
    failed = {}
    taken = 0
    for name, take in steps(client):
        taken += 1
        try:
            take()
        except Exception as error:  # noqa: BLE001 - whatever it is, the step has failed
            failed[name] = repr(error)

    assert failed == {}
    assert taken > 130
