"""Calls to Stripe as spans: nothing that is made for it knows how we speak HTTP there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checkout_service.stripe_gateway import BoundedTransport

from .client_span import client_span


class TracedTransport(BoundedTransport):
    """Makes a span of each exchange, and hands the trace on."""

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: Any, left: float
    ) -> tuple[str, int, Mapping[str, str]]:
        sent = dict(headers or {})
        with client_span(method.upper(), url, sent) as told:
            answer = super().exchange(method, url, sent, data, left)
            told(answer[1])
            return answer
