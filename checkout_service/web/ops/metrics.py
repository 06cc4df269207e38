"""Counters for Prometheus, summed over all web processes when PROMETHEUS_MULTIPROC_DIR is set.

Imported only when METRICS_TOKEN turns metrics on: the library reads that variable at import. What
the worker does too is not counted here but read from the database, by `collector`.
"""

from __future__ import annotations

import logging
import os
import time

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from checkout_service.web.context import use_cases

from .collector import MetricsCollector

_REQUESTS = Counter(
    "checkout_http_requests", "Requests answered.", ("method", "endpoint", "status")
)
_SECONDS = Histogram(
    "checkout_http_request_seconds",
    "Time to answer, in seconds.",
    ("endpoint",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_WARNINGS = Counter("checkout_warnings", "Warnings and errors in the log, by name.", ("event",))
_STRIPE_FAILURES = Counter(
    "checkout_stripe_failures", "Calls to Stripe that failed, by call and kind.", ("call", "kind")
)
_REFUSED = Counter("checkout_webhooks_refused", "Webhooks answered 400, by reason.", ("reason",))
_STRANGERS = Counter(
    "checkout_strangers_refused",
    "Requests refused for who sends them, how often, or what, by reason.",
    ("reason",),
)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class _WarningCounter(logging.Handler):
    """Counts our own warnings: their names and reasons are words of ours, and few."""

    def emit(self, record: logging.LogRecord) -> None:
        facts = record.__dict__
        _WARNINGS.labels(record.msg).inc()
        if record.msg.startswith("stripe."):
            kind = record.msg.removeprefix("stripe.")
            _STRIPE_FAILURES.labels(facts.get("call", "other"), kind).inc()
        elif facts.get("code") == "bad_event":
            _REFUSED.labels(facts["reason"]).inc()


_COUNTER = _WarningCounter(logging.WARNING)


def init_app(app: Flask) -> None:
    logging.getLogger("checkout_service").addHandler(_COUNTER)

    @app.before_request
    def start() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        # The endpoint, never the path: paths hold ids, and every id would be a series.
        endpoint = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        _REQUESTS.labels(method, endpoint, str(response.status_code)).inc()
        if "refused" in g:
            _STRANGERS.labels(g.refused).inc()
        if "began" in g:
            _SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
        return response


def exposition() -> tuple[bytes, str]:
    """Write the counters and the shop's metrics down as Prometheus reads them."""
    counters = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counters = CollectorRegistry()
        MultiProcessCollector(counters)  # type: ignore[no-untyped-call]
    gauges = CollectorRegistry()
    gauges.register(MetricsCollector(use_cases().admin.metrics.read))
    return generate_latest(counters) + generate_latest(gauges), CONTENT_TYPE_LATEST
