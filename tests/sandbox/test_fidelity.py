"""The steps that `make fidelity` takes with stripe-python's releases, taken here in process."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import stripe

from fidelity.software import ALL, HERE, Software
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


@pytest.mark.parametrize("software", ALL, ids=lambda software: software.name)
def test_official_software_is_pinned_and_has_its_steps(software: Software) -> None:
    pins = (HERE / "pins" / software.pins).read_text("utf-8")
    named: dict[str, str] = (
        json.loads(pins)["dependencies"]
        if software.is_npm
        else dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\d.]+)$", pins, re.MULTILINE))
    )

    assert software.package in named
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in named.values())
    assert (HERE / "steps" / software.steps).exists()


def test_what_is_known_to_fail_is_of_software_that_is_run() -> None:
    known = tomllib.loads((HERE / "known.toml").read_text("utf-8"))

    assert set(known) <= {software.name for software in ALL}
