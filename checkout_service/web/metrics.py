"""Counters for Prometheus, summed over all processes when PROMETHEUS_MULTIPROC_DIR is set.

Imported only when METRICS_TOKEN turns metrics on: the library reads that variable at import.
"""

from __future__ import annotations

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

_REQUESTS = Counter(
    "checkout_http_requests", "Requests answered.", ("method", "endpoint", "status")
)
_SECONDS = Histogram(
    "checkout_http_request_seconds",
    "Time to answer, in seconds.",
    ("endpoint",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def init_app(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        # The endpoint, never the path: paths hold ids, and every id would be a series.
        endpoint = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        _REQUESTS.labels(method, endpoint, str(response.status_code)).inc()
        if "began" in g:
            _SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
        return response


def exposition() -> tuple[bytes, str]:
    """Write the counters down as Prometheus reads them."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
