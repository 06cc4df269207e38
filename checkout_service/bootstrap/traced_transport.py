"""Calls to Stripe as spans: nothing that is made for it knows how we speak HTTP there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from checkout_service.stripe_gateway import BoundedTransport

_REFUSED = 400


class TracedTransport(BoundedTransport):
    """Makes a span of each exchange, in the words of OpenTelemetry, and hands the trace on.

    https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    """

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Any, left: float
    ) -> tuple[str, int, Mapping[str, str]]:
        tracer = trace.get_tracer(__name__)
        said = {"http.request.method": method.upper(), "url.full": url}
        with tracer.start_as_current_span(
            method.upper(), kind=SpanKind.CLIENT, attributes=said
        ) as span:
            sent = dict(headers or {})
            propagate.inject(sent)
            answer = super().exchange(method, url, sent, data, left)
            span.set_attribute("http.response.status_code", answer[1])
            if answer[1] >= _REFUSED:
                span.set_status(Status(StatusCode.ERROR))
            return answer
