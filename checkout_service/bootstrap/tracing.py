"""OpenTelemetry by its usual variables: nothing is loaded unless one says where traces go."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from checkout_service.merchant_gateway import MerchantReceiver
from checkout_service.stripe_gateway import BoundedTransport, MakeTransport

_WHERE = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_OFF = ("OTEL_SDK_DISABLED", "true")
_ABSENT = (
    "{} is set, but OpenTelemetry is not installed: pip install 'checkout-service[tracing]' "
    "(docs/operations/tracing.md), or take the variable out."
)


def trace(
    app: Flask,
    engine: Engine,
    redact: Callable[[str], str],
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Trace requests, statements and calls out, if the environment says where to.

    What leaves goes through `redact`. Exits with a sentence when the packages are not there.
    """
    said = _asked_by(environment)
    if said is None:
        return
    try:
        _instrument(app, engine, redact)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        sys.exit(_ABSENT.format(said))


def transport_of(environment: Mapping[str, str] = os.environ) -> MakeTransport:
    """Return what carries calls to Stripe: with a span for each, where they are traced."""
    if _asked_by(environment) is None:
        return BoundedTransport
    from .traced_transport import TracedTransport  # noqa: PLC0415 - an extra

    return TracedTransport


def receiver_of(environment: Mapping[str, str] = os.environ) -> type[MerchantReceiver]:
    """Return what tells the merchant's backend: with a span for each message, likewise."""
    if _asked_by(environment) is None:
        return MerchantReceiver
    from .traced_receiver import TracedReceiver  # noqa: PLC0415 - an extra

    return TracedReceiver


def _asked_by(environment: Mapping[str, str]) -> str | None:
    """Name the variable that asks for traces, if one does."""
    if environment.get(_OFF[0], "").lower() == _OFF[1]:
        return None
    return next((name for name in _WHERE if environment.get(name)), None)


def _instrument(app: Flask, engine: Engine, redact: Callable[[str], str]) -> None:
    from opentelemetry import trace as otel  # noqa: PLC0415 - an extra, loaded when asked for
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: PLC0415
    from opentelemetry.instrumentation.requests import RequestsInstrumentor  # noqa: PLC0415
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from .hidden_spans import HiddenSpans  # noqa: PLC0415

    os.environ.setdefault("OTEL_SERVICE_NAME", "checkout-service")
    provider = TracerProvider(resource=Resource.create())
    provider.add_span_processor(BatchSpanProcessor(HiddenSpans(OTLPSpanExporter(), redact)))
    otel.set_tracer_provider(provider)
    flask: Any = FlaskInstrumentor()  # it says nothing of its types
    flask.instrument_app(app, excluded_urls="healthz,readyz,metrics,static")
    # It asks for a SQLAlchemy below 2.1; the events it listens to are the same there.
    SQLAlchemyInstrumentor().instrument(engine=engine, skip_dep_check=True)
    RequestsInstrumentor().instrument()
    _name_traces_in_logs(otel)


def _name_traces_in_logs(otel: Any) -> None:
    """Put the ids of the span at work on every line that is logged in it."""
    make = logging.getLogRecordFactory()

    def made(*args: Any, **named: Any) -> logging.LogRecord:
        record = make(*args, **named)
        span = otel.get_current_span().get_span_context()
        if span.is_valid:
            record.trace_id = otel.format_trace_id(span.trace_id)
            record.span_id = otel.format_span_id(span.span_id)
        return record

    logging.setLogRecordFactory(made)
