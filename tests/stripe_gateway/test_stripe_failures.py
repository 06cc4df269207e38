"""Every way Stripe can fail us, and what our use cases get to see of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from checkout_service.domain.errors import ReadsSpent, StripeRejected, StripeUnavailable
from checkout_service.domain.ports.sessions import LineRequest, SessionRequest
from checkout_service.stripe_gateway import StripeParts, build_stripe
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stub_stripe import Answer, StubStripe, error

REQUEST = SessionRequest(
    idempotency_key="co_1",
    order_id=sj.ORDER_ID,
    attempt_id="att_1",
    reference="ref_1",
    mode="payment",
    currency="usd",
    lines=(LineRequest("Poster", 2500, "usd", 2),),
    success_url="https://shop.example/ok",
    cancel_url="https://shop.example/no",
    customer_email="buyer@example.com",
)
SECRET_WORDS = ("buyer@example.com", "sk_test_123", "pi_1_secret_abc", "SESAME")


def opened(**changes: object) -> Answer:
    return Answer(sj.a_session(status="open", payment_status="unpaid", **changes))


def invalid(**fields: object) -> Answer:
    return error(400, type="invalid_request_error", **fields)


@pytest.mark.parametrize(
    ("answer", "reason", "permission"),
    [
        (invalid(message="No.", code="parameter_missing"), "parameter_missing", False),
        (invalid(message="No."), "invalid_request_error", False),
        (error(404, type="invalid_request_error", code="resource_missing"),
         "resource_missing", False),
        (error(401, type="invalid_request_error", message="Invalid"),
         "authentication_failed", False),
        (error(401, code="api_key_expired"), "authentication_failed", False),
        (error(402, type="card_error", code="card_declined"), "card_declined", False),
        (error(403, type="invalid_request_error", message="rak_x"), "permission_denied", True),
        (error(403, code="more_permissions_required"), "more_permissions_required", True),
        (error(400, type="idempotency_error", message="Keys"), "idempotency_error", False),
        (error(405, type="invalid_request_error"), "invalid_request_error", False),
        (error(422, code="odd"), "odd", False),
        (Answer({"error": "invalid_grant"}, status=400), "invalid_grant", False),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_its_reason(
    gateway: StripeParts, stub: StubStripe, answer: Answer, reason: str, *, permission: bool
) -> None:
    stub.says(answer)

    with pytest.raises(StripeRejected) as refusal:
        gateway.sessions.open(REQUEST)
    assert refusal.value.reason == reason
    assert refusal.value.permission is permission
    assert str(refusal.value)
    assert len(stub.seen) == 1


_PAGE = Answer(raw=b"<html>SESAME</html>")


@pytest.mark.parametrize(
    ("answer", "on_write"),
    [
        (error(500, type="api_error", message="SESAME"), True),
        (error(503, type="api_error"), True),
        (Answer(raw=b"<h1>Bad gateway</h1>", status=502), True),
        (_PAGE, True),
        (Answer(raw=b"", status=200), True),
        (Answer(raw=b"\xff\xfe\xff", status=200), True),
        (Answer([1, 2]), True),
        (Answer("SESAME"), True),
        (Answer(None), True),
        (Answer({"error": None}, status=400), True),
        (Answer({"error": ["x"]}, status=404), True),
        (Answer(raw=b"[" * 100_000), True),
        (Answer({}, status=302, headers={"Location": "/elsewhere"}), True),
        (Answer(raw=b"not found", status=404), True),
        (Answer({"id": "cs_test_x"}), True),
        (Answer(sj.a_session(amount_total="5150")), True),
        (Answer(reset=True), False),
        (Answer(raw=b"{}", headers={"Content-Encoding": "gzip"}), False),
        (error(429, type="invalid_request_error", code="rate_limit"), False),
        (error(409, type="idempotency_error", code="idempotency_key_in_use"), False),
    ],
)
def test_what_is_no_verdict_is_unavailable(
    gateway: StripeParts, stub: StubStripe, answer: Answer, *, on_write: bool
) -> None:
    stub.says(answer)

    with pytest.raises(StripeUnavailable) as written:
        gateway.sessions.open(REQUEST)
    with pytest.raises(StripeUnavailable) as read:
        gateway.sessions.look(sj.SESSION_ID, urgent=True)
    assert written.value.indeterminate is on_write
    assert read.value.indeterminate is False
    assert "SESAME" not in str(written.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 2), ("7", 7), ("0", 1), ("9999", 60), ("soon", 2), ("-3", 2), ("9" * 5000, 2)],
)
def test_too_many_requests_says_when_to_come_back(
    gateway: StripeParts, stub: StubStripe, header: str | None, seconds: int
) -> None:
    headers = {"Retry-After": header} if header else {}
    stub.says(error(429, headers, type="invalid_request_error", message="Slow down"))

    with pytest.raises(StripeUnavailable) as failure:
        gateway.sessions.look(sj.SESSION_ID, urgent=False)
    assert failure.value.retry_after == seconds


@pytest.mark.parametrize(
    "first",
    [error(500), error(503), error(409), Answer(reset=True), Answer(raw=b"oops", status=502)],
)
def test_a_write_is_tried_twice_under_one_key(
    gateway: StripeParts, stub: StubStripe, first: Answer
) -> None:
    stub.says(first, opened())

    assert gateway.sessions.open(REQUEST).subject.id == sj.SESSION_ID
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


@pytest.mark.parametrize("answer", [Answer(wait=6.0), Answer({"a": "x" * 400}, drip=0.02)])
def test_a_call_ends_within_its_budget(
    build: Callable[..., StripeParts], stub: StubStripe, answer: Answer
) -> None:
    stub.says(answer)
    gateway = build(read_timeout=0.4)
    began = time.monotonic()

    with pytest.raises(StripeUnavailable):
        gateway.sessions.open(REQUEST)
    assert time.monotonic() - began < 5  # without a budget it takes six or eight


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


def test_beyond_its_slots_the_gateway_refuses_at_once(
    build: Callable[..., StripeParts], stub: StubStripe
) -> None:
    stub.says(Answer(sj.a_session(payment_intent=None), wait=3.0))
    gateway = build(slots=2, read_timeout=9.0)
    callers = [
        threading.Thread(target=gateway.sessions.look, args=(sj.SESSION_ID,),
                         kwargs={"urgent": True})
        for _ in range(2)
    ]  # fmt: skip
    for caller in callers:
        caller.start()
    while len(stub.seen) < len(callers):
        time.sleep(0.01)

    with pytest.raises(StripeUnavailable) as refusal:
        gateway.sessions.look(sj.SESSION_ID, urgent=True)

    assert all(caller.is_alive() for caller in callers)  # it did not wait for them
    assert refusal.value.retry_after == 1
    for caller in callers:
        caller.join()
    assert gateway.sessions.look(sj.SESSION_ID, urgent=True).session is not None


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
        list(gateway.events.since(0, undelivered=False))
    assert stub.seen == []


@pytest.mark.parametrize(
    "answer",
    [
        invalid(message="Invalid email address: buyer@example.com", param="customer_email"),
        invalid(message="Bad 'pi_1_secret_abc' with key sk_test_123"),
        error(403, message="The provided key 'rk_test_*********SESAME' needs rak_charge_read"),
        error(401, message="Invalid API Key provided: sk_test_123"),
        error(500, message="buyer@example.com sk_test_123"),
        Answer(raw=b"buyer@example.com pi_1_secret_abc SESAME sk_test_123"),
        Answer({"error": ["buyer@example.com SESAME"]}, status=400),
    ],
)
def test_nothing_secret_or_personal_is_logged_or_told(
    gateway: StripeParts,
    stub: StubStripe,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.says(answer)

    with pytest.raises((StripeUnavailable, StripeRejected)) as failure:
        gateway.sessions.open(REQUEST)

    ours = [record for record in caplog.records if record.name.startswith("checkout_service")]
    told = str(failure.value) + "".join(str(record.__dict__) for record in caplog.records)
    assert len(ours) == 1
    assert not [word for word in SECRET_WORDS if word in told]
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_a_missing_permission_is_named(gateway: StripeParts, stub: StubStripe) -> None:
    stub.says(error(403, message="Having the 'rak_checkout_session_write' permission would do."))

    with pytest.raises(StripeRejected, match="rak_checkout_session_write"):
        gateway.sessions.open(REQUEST)


def test_a_failure_is_logged_with_stripes_own_request_id(
    gateway: StripeParts, stub: StubStripe, caplog: pytest.LogCaptureFixture
) -> None:
    stub.says(error(400, {"Request-Id": "req_9"}, code="parameter_missing", param="mode"))

    with pytest.raises(StripeRejected):
        gateway.intents.close(
            sj.INTENT_ID, idempotency_key="k", reason=None
        ) or gateway.sessions.open(REQUEST)

    facts = next(r for r in caplog.records if r.getMessage() == "stripe.refused").__dict__
    assert facts["stripe_request_id"] == "req_9"
    assert facts["stripe_param"] == "mode"
    assert sj.INTENT_ID not in facts["call"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"live": True, "api_base": "http://127.0.0.1:4242"},
        {"live": False, "webhook_secrets": ("whsec_1", " ")},
    ],
)
def test_a_dangerous_gateway_is_never_built(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "secret_key": "sk_live_1", "webhook_secrets": (), "api_base": None,
        "take_read": lambda _urgent: None, "slots": 1,
    }  # fmt: skip

    with pytest.raises(ValueError, match=r"live key|empty"):
        build_stripe(**{**given, **wrong})
