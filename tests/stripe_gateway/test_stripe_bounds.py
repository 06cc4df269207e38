"""A call to Stripe is bounded: in tries, time, bytes, slots, reads, and in where it may go."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from checkout_service.domain.errors import ReadsSpent, StripeRejected, StripeUnavailable
from checkout_service.stripe_gateway import StripeParts, build_stripe
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stripe_answers import REQUEST, opened
from tests.stripe_gateway.stub_stripe import Answer, StubStripe, error
from tests.support.patience import PATIENCE


@pytest.mark.parametrize(
    "first",
    [error(500), error(503), error(409), Answer(reset=True), Answer(raw=b"oops", status=502)],
)
def test_a_write_is_tried_twice_under_one_key(
    gateway: StripeParts, stub: StubStripe, first: Answer
) -> None:
    stub.says(first, opened())

    assert gateway.sessions.open(REQUEST)[0].subject.id == sj.SESSION_ID
    assert [seen.headers["Idempotency-Key"] for seen in stub.seen] == ["co_1", "co_1"]
    assert stub.seen[0].form == stub.seen[1].form


@pytest.mark.parametrize("first", [error(500), Answer(reset=True)])
def test_a_read_is_tried_once(gateway: StripeParts, stub: StubStripe, first: Answer) -> None:
    stub.says(first, opened())

    with pytest.raises(StripeUnavailable):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert len(stub.seen) == 1


def test_stripe_may_forbid_the_second_try(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(error(500, {"Stripe-Should-Retry": "false"}), opened())

    with pytest.raises(StripeUnavailable):
        gateway.sessions.open(REQUEST)
    assert len(stub.seen) == 1


@pytest.mark.parametrize("answer", [Answer(wait=600.0), Answer({"a": "x" * 30_000}, drip=0.02)])
def test_a_call_ends_within_its_budget(
    build: Callable[..., StripeParts], stub: StubStripe, answer: Answer
) -> None:
    stub.says(answer)
    gateway = build(read_timeout=0.4)
    began = time.monotonic()

    with pytest.raises(StripeUnavailable):
        gateway.sessions.open(REQUEST)
    assert time.monotonic() - began < PATIENCE  # without a budget it takes ten minutes


def test_a_body_without_end_is_dropped(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(Answer(raw=b"[" + b"1," * 9_000_000))

    with pytest.raises(StripeUnavailable):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)


def test_nobody_listening_is_unavailable(stub: StubStripe) -> None:
    gateway = build_stripe(
        secret_key="sk_test_123", webhook_secrets=(), api_base="http://127.0.0.1:9",
        take_read=lambda _urgent: None, slots=1, live=False,
    )  # fmt: skip

    with pytest.raises(StripeUnavailable):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)


def test_redirects_are_not_followed(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(Answer({}, status=307, headers={"Location": stub.url + "/elsewhere"}), opened())

    with pytest.raises(StripeUnavailable):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert len(stub.seen) == 1


def test_the_environment_cannot_reroute_us(
    build: Callable[..., StripeParts],
    stub: StubStripe,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login evil password evil")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    stub.says(opened())

    build().sessions.open(REQUEST)

    assert stub.seen[0].headers["Authorization"] == "Bearer sk_test_123"


def test_a_failed_call_gives_its_slot_back(
    build: Callable[..., StripeParts], stub: StubStripe
) -> None:
    gateway = build(slots=1)
    stub.says(error(500), error(404, code="resource_missing"), Answer(reset=True), opened())

    for _ in range(3):
        with pytest.raises((StripeUnavailable, StripeRejected)):
            gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert gateway.sessions.look(sj.SESSION_ID, urgent=True).session is not None


def test_no_read_is_made_when_the_ceiling_is_reached(stub: StubStripe) -> None:
    def spent(_urgent: bool) -> None:
        raise ReadsSpent(500)

    gateway = build_stripe(
        secret_key="sk_test_123", webhook_secrets=(), api_base=stub.url,
        take_read=spent, slots=1, live=False,
    )  # fmt: skip

    with pytest.raises(ReadsSpent):
        gateway.sessions.look(sj.SESSION_ID, urgent=True)
    with pytest.raises(ReadsSpent):
        gateway.prices.price("price_1")
    with pytest.raises(ReadsSpent):
        gateway.events.page(0, undelivered=False)
    assert stub.seen == []
