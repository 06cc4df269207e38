"""What leaves as a trace is hidden as in the log: ids of sessions, and what an error quotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status


class HiddenSpans(SpanExporter):
    """Hands spans on without what must not be written."""

    def __init__(self, out: SpanExporter, redact: Callable[[str], str]) -> None:
        self._out = out
        self._redact = redact

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._out.export([self._hidden(span) for span in spans])

    def shutdown(self) -> None:
        self._out.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._out.force_flush(timeout_millis)

    def _hidden(self, span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=self._redact(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=self._facts(span.attributes),
            events=[_bare(event) for event in span.events],
            links=span.links,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _facts(self, facts: Any) -> dict[str, Any]:
        return {
            name: self._redact(fact) if isinstance(fact, str) else fact
            for name, fact in (facts or {}).items()
        }


def _bare(event: Event) -> Event:
    """Keep an error's kind alone: a database's words quote rows."""
    kind = (event.attributes or {}).get("exception.type", "")
    return Event(event.name, {"exception.type": kind}, timestamp=event.timestamp)
