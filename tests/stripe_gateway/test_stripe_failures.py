"""Every way Stripe can fail us, and what our use cases get to see of it."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.stripe_gateway import StripeParts, build_stripe
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.stripe_answers import REQUEST, SECRET_WORDS, invalid
from tests.stripe_gateway.stub_stripe import Answer, StubStripe, error


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
