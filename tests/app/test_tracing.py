"""OpenTelemetry, in a process of its own: what it patches stays patched."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from checkout_service.bootstrap.hidden_spans import HiddenSpans
from checkout_service.logs import Redactor
from tests.support.databases import KEYS
from tests.support.merchant import SECRET as NOTIFY_SECRET
from tests.support.merchant import Merchant, Says, running_merchant
from tests.support.processes import ROOT, clean_environment

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SECRET = "0123456789abcdefghij"
# Somebody asks for a session within a trace; Stripe, played by the listener, says nothing of use.
BUY = f"""
from checkout_service import create_app
from flask_migrate import upgrade

app = create_app()
with app.app_context():
    upgrade()
app.test_client().post(
    "/api/v1/checkout-sessions?of=cs_test_{SECRET}&by=ada@example.com",
    json={{"items": [{{"price": "poster-usd", "quantity": 1}}]}},
    headers={{"traceparent": "00-{TRACE}-00f067aa0ba902b7-01"}},
)
app.extensions["checkout_service"].deliver_outbox.receivers[0].send("msg_1", "{{}}")
"""
ABSENT = "import sys; sys.modules['opentelemetry'] = None\n"


@pytest.fixture
def listener() -> Any:
    with running_merchant() as running:
        running.says(Says(400, {"Content-Type": "application/json"}, b'{"error": {}}'))
        yield running


def run(
    listener: Merchant, folder: Path, code: str, **env: str
) -> subprocess.CompletedProcess[str]:
    base = listener.url.removesuffix("/notify")
    ours = {"STRIPE_API_BASE": base, "NOTIFY_URL": f"{base}/told", "NOTIFY_ALLOW_PRIVATE": "1"}
    ours |= {"NOTIFY_SECRET": NOTIFY_SECRET}
    ours |= {"DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=clean_environment(KEYS | ours | env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


def test_a_trace_goes_through_to_stripe_the_receiver_and_the_log(
    listener: Merchant, tmp_path: Path
) -> None:
    done = run(
        listener,
        tmp_path,
        BUY,
        OTEL_EXPORTER_OTLP_ENDPOINT=listener.url,
        OTEL_SERVICE_NAME="shop-7",
    )

    assert done.returncode == 0, done.stderr
    by_path = {got.path: got for got in listener.got}
    assert by_path["/v1/checkout/sessions"].headers["traceparent"].split("-")[1] == TRACE
    assert "traceparent" in by_path["/told"].headers
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert TRACE in {line.get("trace_id") for line in lines}
    spans = b"".join(got.body for got in listener.got if got.path == "/notify/v1/traces")
    assert b"shop-7" in spans
    assert b"POST /api/v1/checkout-sessions" in spans
    assert b"INSERT" in spans
    assert f"{listener.url.removesuffix('/notify')}/v1/checkout/sessions".encode() in spans
    assert f"{listener.url.removesuffix('/notify')}/told".encode() in spans
    assert b"cs_test_01234567..." in spans
    assert SECRET.encode() not in spans
    assert b"ada@" not in spans


def test_of_an_error_only_its_kind_leaves() -> None:
    out = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(HiddenSpans(out, Redactor().text)))
    row = "Failing row contains (Ada Lovelace)"

    with (
        suppress(RuntimeError),
        provider.get_tracer("test").start_as_current_span("INSERT", attributes={"rows": 1}),
    ):
        raise RuntimeError(row)

    (span,) = out.get_finished_spans()
    assert "Ada" not in span.to_json()
    assert span.attributes == {"rows": 1}
    assert span.status.status_code is StatusCode.ERROR
    assert [event.attributes for event in span.events] == [{"exception.type": "RuntimeError"}]


def test_nothing_is_traced_unless_it_is_asked_for(listener: Merchant, tmp_path: Path) -> None:
    done = run(listener, tmp_path, BUY)

    assert done.returncode == 0, done.stderr
    assert {got.path for got in listener.got} == {"/v1/checkout/sessions", "/told"}
    assert not [got for got in listener.got if "traceparent" in got.headers]


def test_a_trace_that_nothing_can_make_stops_the_start_with_a_sentence(
    listener: Merchant, tmp_path: Path
) -> None:
    done = run(listener, tmp_path, ABSENT + BUY, OTEL_EXPORTER_OTLP_ENDPOINT=listener.url)

    assert done.returncode == 1
    assert done.stderr.startswith("OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not")
    assert len(done.stderr.splitlines()) == 1
