"""How we connect: pinned, quiet, one pool of connections a process, made after fork."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import stripe

from checkout_service.domain.errors import GatewayError
from checkout_service.domain.ports.account import Endpoint
from checkout_service.settings.release import RELEASE
from checkout_service.stripe_gateway import API_VERSION, StripeParts, build_account
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe


@pytest.fixture(autouse=True)
def _a_session(stub: StubStripe) -> None:
    stub.says(Answer(sj.a_session(payment_intent=None)))


def test_the_version_is_pinned_and_telemetry_is_off(gateway: StripeParts, stub: StubStripe) -> None:
    for _ in range(2):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert stripe.api_version == API_VERSION
    assert stub.seen[1].headers["Stripe-Version"] == API_VERSION
    assert "X-Stripe-Client-Telemetry" not in stub.seen[1].headers
    assert "telemetry_id" not in stub.seen[1].headers["X-Stripe-Client-User-Agent"]


def test_stripe_is_told_which_software_calls(gateway: StripeParts, stub: StubStripe) -> None:
    gateway.sessions.look(sj.SESSION_ID, urgent=True)

    headers = stub.seen[0].headers
    told = json.loads(headers["X-Stripe-Client-User-Agent"])["application"]
    assert (told["name"], told["version"]) == ("checkout-service", RELEASE)
    assert f"checkout-service/{RELEASE}" in headers["User-Agent"]


def test_every_call_names_the_account_that_an_organisations_key_acts_on(stub: StubStripe) -> None:
    for context in ("acct_1", None):
        made = build_account(secret_key="sk_org_test_1", api_base=stub.url, context=context)
        made.try_key()
        with suppress(GatewayError):
            made.switch_off(Endpoint("we_1", "", True, frozenset(), None, 0, None))

    assert [seen.headers.get("Stripe-Context") for seen in stub.seen] == ["acct_1"] * 2 + [None] * 2


def test_connections_are_kept_and_shared(gateway: StripeParts, stub: StubStripe) -> None:
    for _ in range(20):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert stub.connections == 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: gateway.sessions.look(sj.SESSION_ID, urgent=True), range(80)))
    assert stub.connections <= 8


def test_nothing_is_connected_before_the_first_call(
    build: Callable[..., StripeParts], stub: StubStripe
) -> None:
    build()

    assert stub.connections == 0


def test_a_forked_process_connects_anew(
    build: Callable[..., StripeParts], stub: StubStripe, tmp_path: Path
) -> None:
    gateway = build()
    gateway.sessions.look(sj.SESSION_ID, urgent=True)
    done = tmp_path / "done"

    child = os.fork()
    if child == 0:  # nothing of pytest may run in the child
        try:
            gateway.sessions.look(sj.SESSION_ID, urgent=True)
            done.write_text("looked")
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert done.read_text() == "looked"
    assert stub.connections == 2
    gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert stub.connections == 2
