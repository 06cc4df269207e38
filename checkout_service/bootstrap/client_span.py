"""A span of one call that goes out by `urllib3` itself, which no instrument here knows of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

_REFUSED = 400


@contextmanager
def client_span(method: str, url: str, headers: dict[str, str]) -> Iterator[Callable[[int], None]]:
    """Make a span, in the words of OpenTelemetry, and hand the trace on in these headers.

    What it yields takes the status of the answer.
    https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    """
    tracer = trace.get_tracer(__name__)
    said = {"http.request.method": method, "url.full": url}
    with tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=said) as span:
        propagate.inject(headers)

        def told(status: int) -> None:
            span.set_attribute("http.response.status_code", status)
            if status >= _REFUSED:
                span.set_status(Status(StatusCode.ERROR))

        yield told
